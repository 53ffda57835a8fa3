//! Matching instances from the command line: solved, checked, refused with file and line.

use std::path::Path;
use std::process::{Command, Output};

const GROUPS: &str = "g,side,kind,parent,cap,min,name\n0,T,origin,-1,3,0,MA\n1,T,provider,0,2,0,Rabat\n2,T,provider,0,2,0,Fes\n3,R,destination,-1,3,1,DE\n4,R,pathway,3,2,0,P1\n5,R,pathway,3,2,0,P2\n";
const TRAINEES: &str = "t,group,occupation,family,qual,age,merit,recognised_mask,visa_mask,languages,skills\n0,1,0,0,3,25,80,1,1,de:3,1;2\n1,1,0,0,3,25,70,1,1,de:3,1\n2,1,0,0,3,25,90,1,1,de:3,2\n3,2,0,0,3,25,60,1,1,de:2,1;2;3\n";
const ROLES: &str = "r,group,employer,origin,dest,occupation,family,min_qual,lang,min_lang,age_min,age_max,needs_recognition,cap,target,salary,skills\n0,4,0,0,0,0,0,3,de,3,18,60,1,1,1,1,1:3;2:1\n1,4,1,0,0,0,0,3,de,2,18,60,0,2,1,1,2:1\n2,5,1,0,0,0,0,3,de,2,18,60,0,2,1,1,3:3;1:1\n";
const EDGES: &str = "t,r,u,v,w\n0,0,9000,5000,6601\n0,1,8000,5000,6201\n1,0,9000,7000,7801\n1,2,1000,7000,4601\n2,0,500,9000,5601\n2,1,9000,100,3661\n3,1,9000,9000,9001\n3,2,9000,9500,9301\n";
const SHOCKS: &str = "{\"id\":\"closed\",\"kind\":\"corridor_closed\",\"groups\":[4]}\n{\"id\":\"gone\",\"kind\":\"employer_bankrupt\",\"employers\":[1]}\n{\"id\":\"left\",\"kind\":\"trainee_withdraws\",\"trainees\":[3]}\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("groups.csv", GROUPS), ("trainees.csv", TRAINEES), ("roles.csv", ROLES), ("edges.csv", EDGES), ("shocks.jsonl", SHOCKS)]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_passerelle")).args(args).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn what_is_solved_passes_the_check_and_what_is_spoilt_does_not() {
    let place = folder();
    let at = place.path();
    for (mode, more) in [
        ("stable", &["--certificate", "cutoffs.csv"][..]),
        ("stable-seats", &["--certificate", "seats.csv", "--threads", "2"]),
        ("optimal", &["--certificate", "prices.csv"]),
    ] {
        let solved = run(at, &[&["solve", ".", "--mode", mode, "--out", "m.csv", "--stats", "s.json"], more].concat());
        assert_eq!(solved.status.code(), Some(0), "{mode}: {}", said(&solved));
        let stats: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(at.join("s.json")).unwrap()).unwrap();
        let placed = std::fs::read_to_string(at.join("m.csv")).unwrap().lines().count() as u64 - 1;
        assert_eq!(stats["matched"], placed, "{stats}");
        let checked = run(at, &[&["check", ".", "m.csv", "--mode", mode], more].concat());
        assert_eq!(checked.status.code(), Some(0), "{mode}: {}", said(&checked));
        std::fs::write(at.join("wrong.csv"), "t,r\n0,1\n").unwrap();
        let checked = run(at, &[&["check", ".", "wrong.csv", "--mode", mode], more].concat());
        assert_eq!(checked.status.code(), Some(1), "{mode}: {}", said(&checked));
    }
    // The same bytes again.
    let twice = || {
        run(at, &["solve", ".", "--mode", "optimal", "--out", "again.csv"]);
        std::fs::read(at.join("again.csv")).unwrap()
    };
    assert_eq!(twice(), twice());
    // A certificate that says another thing than the matching is no certificate.
    run(at, &["solve", ".", "--mode", "stable", "--out", "m.csv", "--certificate", "cutoffs.csv"]);
    let cutoffs = std::fs::read_to_string(at.join("cutoffs.csv")).unwrap();
    assert!(cutoffs.contains("role,0,group,4,9000,2,0") || cutoffs.contains("role,0,role,-1,"), "{cutoffs}");
    let without: Vec<&str> = cutoffs.lines().filter(|line| !line.starts_with("role,0,")).collect();
    std::fs::write(at.join("cutoffs.csv"), without.join("\n") + "\n").unwrap();
    let checked = run(at, &["check", ".", "m.csv", "--mode", "stable", "--certificate", "cutoffs.csv"]);
    assert!(checked.status.code() == Some(1) && said(&checked).contains("another cutoff of role"), "{}", said(&checked));
    let unproved = run(at, &["check", ".", "again.csv", "--mode", "optimal"]);
    assert_eq!(unproved.status.code(), Some(3), "{}", said(&unproved));
}

#[test]
fn after_a_shock_whoever_can_stay_stays() {
    let place = folder();
    let at = place.path();
    assert_eq!(run(at, &["solve", ".", "--mode", "optimal", "--out", "before.csv"]).status.code(), Some(0));
    let before = std::fs::read_to_string(at.join("before.csv")).unwrap();
    assert!(before.contains("3,2"), "{before}");
    let after = run(at, &["solve", ".", "--mode", "optimal", "--shock", "closed", "--before", "before.csv", "--out", "after.csv"]);
    assert_eq!(after.status.code(), Some(0), "{}", said(&after));
    assert!(said(&after).contains("kept 1,"), "{}", said(&after));
    let kept = std::fs::read_to_string(at.join("after.csv")).unwrap();
    assert!(kept.contains("3,2") && !kept.contains(",0\n") && !kept.contains(",1\n"), "{kept}");
    // With the prices of before, with prices worked out again, and from nothing: worth the same, and proved.
    run(at, &["solve", ".", "--mode", "optimal", "--out", "before.csv", "--certificate", "before-prices.csv"]);
    let again: &[&str] = &["solve", ".", "--mode", "optimal", "--shock", "left", "--before", "before.csv"];
    let mut worth = Vec::new();
    for (at_once, more) in [("kept", &["--before-certificate", "before-prices.csv"][..]), ("derived", &[])] {
        let args = [again, more, &["--out", "after.csv", "--certificate", "after-prices.csv", "--stats", "s.json"]].concat();
        let after = run(at, &args);
        assert_eq!(after.status.code(), Some(0), "{at_once}: {}", said(&after));
        let stats: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(at.join("s.json")).unwrap()).unwrap();
        worth.push(stats["objective"].as_i64().unwrap());
        let proof = [
            "check",
            ".",
            "after.csv",
            "--mode",
            "optimal",
            "--shock",
            "left",
            "--before",
            "before.csv",
            "--certificate",
            "after-prices.csv",
        ];
        let checked = run(at, &proof);
        assert_eq!(checked.status.code(), Some(0), "{at_once}: {}", said(&checked));
    }
    assert_eq!(worth[0], worth[1]);
    // Prices that prove nothing are not believed.
    let prices = std::fs::read_to_string(at.join("before-prices.csv")).unwrap();
    let wrong: Vec<&str> = prices.lines().map(|line| if line.starts_with("role,0,") { "role,0,77777" } else { line }).collect();
    std::fs::write(at.join("wrong-prices.csv"), wrong.join("\n") + "\n").unwrap();
    let refused = run(at, &[again, &["--before-certificate", "wrong-prices.csv"]].concat());
    assert!(refused.status.code() == Some(3) && said(&refused).contains("do not prove"), "{}", said(&refused));
    // Two at once, and a stable answer to what is left.
    for shocks in [&["--shock", "gone"][..], &["--shock", "closed", "--shock", "left"]] {
        let solved = run(at, &[&["solve", ".", "--mode", "stable", "--out", "left.csv"], shocks].concat());
        assert_eq!(solved.status.code(), Some(0), "{}", said(&solved));
        let checked = run(at, &[&["check", ".", "left.csv", "--mode", "stable"], shocks].concat());
        assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    }
    assert_eq!(run(at, &["solve", ".", "--mode", "stable", "--shock", "nobody"]).status.code(), Some(3));
}

#[test]
fn candidates_are_the_best_eligible_roles() {
    let place = folder();
    let at = place.path();
    let found = run(at, &["candidates", ".", "--top", "2", "--out", "c.csv", "--threads", "2"]);
    assert_eq!(found.status.code(), Some(0), "{}", said(&found));
    // Trainee 3 speaks too little German for role 0.
    let expected = "t,r,score\n0,0,10000\n0,1,10000\n1,0,7500\n1,2,2500\n2,1,10000\n2,0,2500\n3,1,10000\n3,2,10000\n";
    assert_eq!(std::fs::read_to_string(at.join("c.csv")).unwrap(), expected);
}

#[test]
fn bad_instances_are_refused_with_file_and_line() {
    for (name, from, to, wanted) in [
        ("groups.csv", "3,R,destination,-1,3,1", "3,R,destination,-1,-3,1", "groups.csv:5: cap is negative"),
        ("groups.csv", "3,R,destination,-1,3,1", "3,R,destination,-1,3,4", "groups.csv:5: group 0 of roles has a minimum above its cap"),
        ("groups.csv", "3,R,destination,-1,3,1", "3,R,destination,4,3,1", "encloses itself"),
        ("groups.csv", "4,R,pathway,3", "4,R,pathway,0", "groups.csv:6: parent is a group of the other side"),
        ("groups.csv", "4,R,pathway,3", "9,R,pathway,3", "groups.csv:6: is numbered 9, and should be 4"),
        ("trainees.csv", "2,1,0,0,3,25,90", "2,7,0,0,3,25,90", "trainees.csv:4: group 7 is no group"),
        ("roles.csv", "1,4,1,0", "1,0,1,0", "roles.csv:3: group 0 is one of the other side"),
        ("roles.csv", "r,group,employer", "r,team,employer", "roles.csv:1: there is no column group"),
        ("edges.csv", "1,0,9000", "9,0,9000", "edges.csv:4: names trainee 9"),
        ("edges.csv", "0,1,8000", "0,0,8000", "edges.csv:3: (0, 0) is out of order"),
    ] {
        let place = folder();
        let file = place.path().join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{name} {from}");
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let solved = run(place.path(), &["solve", ".", "--mode", "stable"]);
        assert!(solved.status.code() == Some(3) && said(&solved).contains(wanted), "{name} {to}: {}", said(&solved));
    }
    // A minimum that nobody can meet.
    let place = folder();
    std::fs::write(
        place.path().join("groups.csv"),
        GROUPS.replace("5,R,pathway,3,2,0", "5,R,pathway,3,2,2").replace("2,T,provider,0,2,0", "2,T,provider,0,0,0"),
    )
    .unwrap();
    let solved = run(place.path(), &["solve", ".", "--mode", "optimal"]);
    assert!(solved.status.code() == Some(3) && said(&solved).contains("cannot all be met"), "{}", said(&solved));
    assert!(said(&solved).contains("Together 2 (group 5 needs at least 2), and at most 1 can be had"), "{}", said(&solved));
}

#[test]
fn couples_and_caps_that_cross_are_refused_or_handed_to_an_integer_programme() {
    let place = folder();
    let at = place.path();
    let solve = |more: &[&str]| run(at, &[&["solve", ".", "--mode", "optimal", "--out", "m.csv"], more].concat());
    // Roles 0 and 1 lie in one pathway: their shared cap is a group like any other.
    std::fs::write(at.join("shared.csv"), "cap,roles\n1,0;1\n").unwrap();
    let solved = solve(&[]);
    assert_eq!(solved.status.code(), Some(0), "{}", said(&solved));
    let placed = std::fs::read_to_string(at.join("m.csv")).unwrap();
    assert_eq!(placed.lines().filter(|line| line.ends_with(",0") || line.ends_with(",1")).count(), 1, "{placed}");
    for mode in ["stable", "optimal"] {
        let more: &[&str] = &["--certificate", "c.csv"];
        run(at, &[&["solve", ".", "--mode", mode, "--out", "m.csv"], more].concat());
        let checked = run(at, &[&["check", ".", "m.csv", "--mode", mode], more].concat());
        assert_eq!(checked.status.code(), Some(0), "{mode}: {}", said(&checked));
    }
    std::fs::write(at.join("over.csv"), "t,r\n1,0\n3,1\n").unwrap();
    assert_eq!(run(at, &["check", ".", "over.csv", "--mode", "stable"]).status.code(), Some(1));
    let after = run(at, &["solve", ".", "--mode", "optimal", "--shock", "left", "--before", "m.csv", "--out", "after.csv"]);
    assert_eq!(after.status.code(), Some(0), "{}", said(&after));
    // Roles 1 and 2 lie in two pathways, and that of role 1 binds.
    std::fs::write(at.join("shared.csv"), "cap,roles\n1,1;2\n").unwrap();
    let refused = solve(&[]);
    assert!(refused.status.code() == Some(3) && said(&refused).contains("crosses group 4: role 1 lies in it and role 2 does not"));
    let solved = solve(&["--integer"]);
    assert!(solved.status.code() == Some(0) && said(&solved).contains("a gap of"), "{}", said(&solved));
    let placed = std::fs::read_to_string(at.join("m.csv")).unwrap();
    assert!(placed.lines().filter(|line| line.ends_with(",1") || line.ends_with(",2")).count() <= 1, "{placed}");
    // A couple that stays together: role 2 lies in another subdivision than the others.
    std::fs::remove_file(at.join("shared.csv")).unwrap();
    std::fs::write(at.join("couples.csv"), "a,b\n1,3\n").unwrap();
    let missing = solve(&["--integer"]);
    assert!(missing.status.code() == Some(3) && said(&missing).contains("there is no column subdivision"), "{}", said(&missing));
    let with_places: Vec<String> =
        ROLES.lines().zip(["subdivision", "0", "0", "1"]).map(|(line, place)| format!("{line},{place}\n")).collect();
    std::fs::write(at.join("roles.csv"), with_places.concat()).unwrap();
    let solved = solve(&["--integer"]);
    assert_eq!(solved.status.code(), Some(0), "{}", said(&solved));
    let placed = std::fs::read_to_string(at.join("m.csv")).unwrap();
    let of = |trainee: &str| placed.lines().find_map(|line| line.strip_prefix(trainee)).map(|role| role == "2");
    assert_eq!(of("1,"), of("3,"), "{placed}");
    assert_eq!(run(at, &["check", ".", "m.csv", "--mode", "optimal", "--integer"]).status.code(), Some(0));
    std::fs::write(at.join("apart.csv"), "t,r\n1,0\n3,2\n").unwrap();
    let apart = run(at, &["check", ".", "apart.csv", "--mode", "optimal", "--integer"]);
    assert!(apart.status.code() == Some(1) && said(&apart).contains("are a couple"), "{}", said(&apart));
    std::fs::write(at.join("couples.csv"), "a,b\n1,9\n").unwrap();
    assert!(said(&solve(&["--integer"])).contains("couples.csv:2: names trainee 9"));
}
