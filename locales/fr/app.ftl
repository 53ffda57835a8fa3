# Le cadre, l’accès, les listes, les formulaires, les calculs d’appariement, les couloirs.
app-name = Passerelle
skip-to-content = Aller au contenu
navigation = Menu
language-choose = Langue
footer = Moteur libre pour les partenariats mondiaux pour les compétences. Les informations juridiques sont des données accompagnées de leur source, non un conseil juridique.
any-country = tous les pays
any-occupation = toutes les professions
action = Action

sign-in-title = Connexion
sign-in-lead = Pour les ministères, les établissements, les employeurs, les autorités de reconnaissance et les personnes en formation.
sign-in = Se connecter
sign-out = Se déconnecter
sign-in-wrong = L’adresse électronique ou le mot de passe est incorrect. Vérifiez-les et réessayez.
sign-in-locked = Trop de tentatives. Patientez { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
  } puis réessayez.

home-title = Accueil
home-greeting = Bonjour, { $name }
home-waiting-for-you = Propositions en attente de votre décision

account-title = Votre compte
tokens-title = Jetons d’API
tokens-lead = Un jeton permet à un programme d’agir en votre nom. Il n’est affiché qu’une seule fois ; conservez-le comme un mot de passe.
token-made = Copiez ce jeton maintenant, il ne sera plus affiché :
token-name = À quoi sert ce jeton ?
token-days = Nombre de jours avant expiration
token-make = Créer un jeton
token-expires = Expire le
token-revoke = Révoquer
token-live = en service
token-revoked = révoqué
token-expired = expiré

notice-created = Création effectuée.
notice-saved = Modifications enregistrées.
notice-deleted = Suppression effectuée.
notice-decided = Votre décision est enregistrée.

action-new = Créer
action-add = Ajouter
action-edit = Modifier
action-delete = Supprimer
action-csv = Télécharger en CSV
delete-ask = Cette opération est irréversible.
delete-sure = Oui, supprimer

list-search = Rechercher
list-all = Tout
list-apply = Appliquer
list-range-from = { $field } à partir du
list-range-until = { $field } jusqu’au
list-reset = Réinitialiser
list-first = Revenir au début
list-next = Page suivante
list-empty = Aucun élément pour le moment.
list-show-all = Tout afficher
list-total = { $count ->
    [0] Aucune entrée
    [one] Une entrée
   *[other] { $count } entrées
  }

form-errors = Veuillez corriger les points suivants
form-save = Enregistrer
form-cancel = Annuler
form-optional = (facultatif)

problem-instance = Référence à communiquer à l’assistance :

days = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
  }
months = { $count ->
    [one] { $count } mois
   *[other] { $count } mois
  }
version = version { $number }

match-runs-title = Calculs d’appariement
match-runs-lead = Un calcul examine d’abord la conformité au droit de chaque paire formée d’une personne en formation et d’un besoin, attribue une note aux paires licites, puis propose un appariement selon la méthode choisie. La décision revient aux personnes.
match-start = Lancer un calcul d’appariement
match-asked = Demandé le
match-as-of = Données au
match-run-title = Calcul d’appariement
match-trainees = Personnes en formation
match-seats = Places
match-pairs = Paires examinées
match-candidates = Paires licites
match-proposed = Propositions
match-by-corridor = Propositions par couloir
match-by-reason = Sans proposition, par motif le plus proche
match-weights = Poids de chaque critère
match-weights-lead = Les deux parties voient les poids. Le sexe, la situation familiale, la religion, l’origine, la santé et l’appartenance syndicale ne sont jamais pris en compte.
match-feature = Critère
match-proof = Preuve du calcul
match-snapshot = Empreinte des données
match-result = Empreinte du résultat
match-engine = Version du moteur
chart-as-table = Sous forme de tableau
run-status-queued = en attente
run-status-running = en cours
run-status-finished = terminé
run-status-failed = échoué
stage-judging = examen des paires
stage-matching = appariement
stage-checking = vérification du plan
stage-reporting = rédaction du rapport
score-of-need = Note attribuée par le besoin
score-of-trainee = Note attribuée par la personne en formation

why-title = Pourquoi, et pourquoi pas
why-lawful = Cette paire est licite par le parcours
why-law = Le droit
why-score = La note
why-rule = Règle
why-verdict = Verdict
why-reason = Motif
why-facts = Données utilisées
why-source = Source
verdict-pass = conforme
verdict-warn = avertissement
verdict-block = bloquant
verdict-unknown = indéterminé

proposal-title = Proposition
proposal-lead = Le moteur propose ; la personne en formation et l’employeur décident.
proposal-decide = Votre décision
proposal-accept = Accepter
proposal-decline = Refuser
proposal-reason = Motif du refus

corridors-title = Couloirs
corridors-lead = Chaque couloir est un ensemble de données tenu par les ministères concernés, avec sources, état et dates.
corridor-not-advice = Informations accompagnées de leurs sources. Ceci n’est pas un conseil juridique.
corridor-from = De
corridor-to = Vers
corridor-status = État
corridor-valid = Validité
corridor-version = Version
corridor-days = Jours
corridor-steps = Étapes du parcours
corridor-instruments = Instruments juridiques
corridor-occupations = Professions
corridor-qualification = Qualification
corridor-language = Langue
corridor-recognition = Reconnaissance
corridor-permit = Titre de séjour
corridor-labour-market-test = Examen du marché du travail
corridor-fees = Frais
corridor-quotas = Quotas
corridor-wage-floors = Salaires planchers
corridor-age = Âge
corridor-family = Famille
corridor-social-security = Sécurité sociale
corridor-pays = Qui paie
corridor-safeguards = Pays d’origine inscrits sur la liste OMS d’appui et de sauvegarde
corridor-return = Retour
corridor-protection = Protection
corridor-evidence = Éléments probants
corridor-days-total = Jours entre l’inscription et la prise de poste
corridor-sources = Sources
fact-illustrative = à titre d’illustration
step = Étape
step-actor = Qui agit
step-after = Après
step-on-failure = En cas d’échec

concepts-title = Professions et compétences
concepts-lead = Recherche dans tous les noms et leurs variantes, avec ou sans accents ; les petites fautes de frappe sont tolérées.
concept-kind = Type
esco-attribution = Ce service utilise la classification ESCO de la Commission européenne.
why-ask = Demander
