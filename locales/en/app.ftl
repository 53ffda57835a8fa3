# The frame, the door, lists, forms, match runs, corridors.
app-name = Passerelle
skip-to-content = Skip to content
navigation = Menu
language-choose = Language
footer = Open-source engine for Global Skills Partnerships. Facts about laws are data with a source, not legal advice.
any-country = every country
any-occupation = every occupation
action = Action

sign-in-title = Sign in
sign-in-lead = For ministries, institutes, employers, recognition authorities and trainees.
sign-in = Sign in
sign-out = Sign out
sign-in-wrong = The e-mail address or the password is not right. Check both and try again.
sign-in-locked = Too many attempts. Wait { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
  } and try again.

home-title = Home
home-greeting = Good day, { $name }
home-waiting-for-you = Proposals waiting for your decision

account-title = Your account
tokens-title = API tokens
tokens-lead = A token lets a program act for you. It is shown once; keep it like a password.
token-made = Copy this token now, it is not shown again:
token-name = What is the token for?
token-days = Days until it expires
token-make = Make a token
token-expires = Expires on
token-revoke = Revoke
token-live = in use
token-revoked = revoked
token-expired = expired

notice-created = Created.
notice-saved = Saved.
notice-deleted = Deleted.
notice-decided = Your decision is recorded.

action-new = New
action-add = Add
action-edit = Edit
action-delete = Delete
action-csv = Download CSV
delete-ask = This cannot be undone.
delete-sure = Yes, delete

list-search = Search
list-all = All
list-apply = Apply
list-range-from = { $field } from
list-range-until = { $field } until
list-reset = Reset
list-first = Back to the start
list-next = Next page
list-empty = Nothing here yet.
list-show-all = Show all
list-total = { $count ->
    [0] No entries
    [one] One entry
   *[other] { $count } entries
  }

form-errors = Please correct the following
form-save = Save
form-cancel = Cancel
form-optional = (optional)

problem-instance = Reference for support:

days = { $count ->
    [one] 1 day
   *[other] { $count } days
  }
months = { $count ->
    [one] 1 month
   *[other] { $count } months
  }
version = version { $number }

match-runs-title = Match runs
match-runs-lead = A run judges every pair of trainee and need by law first, scores the lawful ones, and proposes a matching in the way that is chosen. People decide.
match-start = Start a match run
match-asked = Asked for
match-as-of = Facts as of
match-run-title = Match run
match-trainees = Trainees
match-seats = Seats
match-pairs = Pairs judged
match-candidates = Lawful candidates
match-proposed = Proposed
match-by-corridor = Proposals by corridor
match-by-reason = Without a proposal, by nearest reason
match-weights = What counts how much
match-weights-lead = Both sides see the weights. Sex, family, religion, origin, health and union membership are never read.
match-feature = Feature
match-proof = Proof of the run
match-snapshot = Digest of the facts
match-result = Digest of the result
match-engine = Engine version
chart-as-table = As a table
run-status-queued = waiting
run-status-running = running
run-status-finished = finished
run-status-failed = failed
stage-judging = judging pairs
stage-matching = matching
stage-checking = checking the plan
stage-reporting = writing the report
score-of-need = Score by the need
score-of-trainee = Score by the trainee

why-title = Why, and why not
why-lawful = This is a lawful pair by the pathway
why-law = The law
why-score = The score
why-rule = Rule
why-verdict = Verdict
why-reason = Reason
why-facts = Facts used
why-source = Source
verdict-pass = passes
verdict-warn = warns
verdict-block = blocks
verdict-unknown = not known

proposal-title = Proposal
proposal-lead = The engine proposes; the trainee and the employer decide.
proposal-decide = Your decision
proposal-accept = Accept
proposal-decline = Decline
proposal-reason = Reason for declining

corridors-title = Corridors
corridors-lead = Each corridor is data that its ministries keep: with source, standing and dates.
corridor-not-advice = Facts with their sources. This is not legal advice.
corridor-from = From
corridor-to = To
corridor-status = Standing
corridor-valid = Valid
corridor-version = Version
corridor-days = Days
corridor-steps = Steps of the pathway
corridor-instruments = Legal instruments
corridor-occupations = Occupations
corridor-qualification = Qualification
corridor-language = Language
corridor-recognition = Recognition
corridor-permit = Permit
corridor-labour-market-test = Labour market test
corridor-fees = Fees
corridor-quotas = Quotas
corridor-wage-floors = Wage floors
corridor-age = Age
corridor-family = Family
corridor-social-security = Social security
corridor-pays = Who pays
corridor-safeguards = Origins on the WHO safeguards list
corridor-return = Return
corridor-protection = Protection
corridor-evidence = Evidence
corridor-days-total = Days from enrolment to start
corridor-sources = Sources
fact-illustrative = illustrative
step = Step
step-actor = Who acts
step-after = After
step-on-failure = If it fails

concepts-title = Occupations and skills
concepts-lead = Search all names and other names, with or without accents; small typing errors are forgiven.
concept-kind = Kind
esco-attribution = This service uses the ESCO classification of the European Commission.
why-ask = Ask
