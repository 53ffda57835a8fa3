//! Names, places and conditions that the demonstration world is made of. All invented.

/// Employers and their sites: country, name, city, subdivision.
pub const EMPLOYERS: [(&str, &str, &str, &str); 22] = [
    ("DE", "Elektro Lindau GmbH", "Lindau", "DE-BY"),
    ("DE", "Klinikum Neckartal", "Heilbronn", "DE-BW"),
    ("DE", "Hotel Seeblick", "Konstanz", "DE-BW"),
    ("DE", "Bauhütte Rheinland", "Köln", "DE-NW"),
    ("DE", "Pflegeverbund Havel", "Potsdam", "DE-BB"),
    ("DE", "Softwerk Leipzig", "Leipzig", "DE-SN"),
    ("BE", "Datawijk NV", "Gent", "BE-VLG"),
    ("BE", "Scheldecode BV", "Antwerpen", "BE-VLG"),
    ("JP", "Sakura Care Osaka", "Osaka", "JP-27"),
    ("JP", "Minato Foods", "Nagoya", "JP-23"),
    ("JP", "Fuji Metal Works", "Shizuoka", "JP-22"),
    ("JP", "Midori Hospital", "Sendai", "JP-04"),
    ("GB", "Calder Valley Hospitals", "Leeds", "GB-LDS"),
    ("GB", "Severn Health Trust", "Bristol", "GB-BST"),
    ("GB", "Tyne Care Group", "Newcastle", "GB-NET"),
    ("AU", "Murray River Growers", "Mildura", "AU-VIC"),
    ("AU", "Southern Aged Care", "Hobart", "AU-TAS"),
    ("AU", "Darling Downs Meats", "Toowoomba", "AU-QLD"),
    ("CA", "Fundy Bay Hospital", "Saint John", "CA-NB"),
    ("CA", "Harbour Software", "Halifax", "CA-NS"),
    ("IT", "Aziende Agricole Padane", "Mantova", "IT-MN"),
    ("IT", "Edilizia Adriatica", "Bari", "IT-BA"),
];

/// A cohort: country, city, institute, what is taught, occupation, language taught, its scale and
/// usual level, destinations that its trainees wish for.
pub struct CohortPlan {
    pub country: &'static str,
    pub city: &'static str,
    pub institute: &'static str,
    pub programme: &'static str,
    pub occupation: &'static str,
    pub language: &'static str,
    pub level: &'static str,
    pub below: &'static str,
    pub wishes: &'static [&'static str],
}

const fn plan(
    place: (&'static str, &'static str, &'static str),
    course: (&'static str, &'static str),
    language: (&'static str, &'static str, &'static str),
    wishes: &'static [&'static str],
) -> CohortPlan {
    CohortPlan {
        country: place.0,
        city: place.1,
        institute: place.2,
        programme: course.0,
        occupation: course.1,
        language: language.0,
        level: language.1,
        below: language.2,
        wishes,
    }
}

const RABAT: (&str, &str, &str) = ("MA", "Rabat", "Institut des métiers de Rabat");
const CASABLANCA: (&str, &str, &str) = ("MA", "Casablanca", "École numérique de Casablanca");
const TUNIS: (&str, &str, &str) = ("TN", "Tunis", "Centre de formation de Tunis");
const CAIRO: (&str, &str, &str) = ("EG", "Cairo", "Nile Technical Institute");
const MANILA: (&str, &str, &str) = ("PH", "Manila", "Manila College of Health");
const KOCHI: (&str, &str, &str) = ("IN", "Kochi", "Kerala School of Nursing");
const JAKARTA: (&str, &str, &str) = ("ID", "Jakarta", "Akademi Keperawatan Jakarta");
const PRISTINA: (&str, &str, &str) = ("XK", "Prishtina", "Qendra e Aftësimit Prishtinë");
const HANOI: (&str, &str, &str) = ("VN", "Hà Nội", "Trường nghề Hà Nội");
const NAIROBI: (&str, &str, &str) = ("KE", "Nairobi", "Nairobi Nursing College");
const KATHMANDU: (&str, &str, &str) = ("NP", "Kathmandu", "Kathmandu Institute of Nursing");
const SUVA: (&str, &str, &str) = ("FJ", "Suva", "Pacific Training Centre Suva");
const VILA: (&str, &str, &str) = ("VU", "Port Vila", "Vanuatu Institute of Skills");
const DAKAR: (&str, &str, &str) = ("SN", "Dakar", "Centre des métiers de Dakar");

const B1: (&str, &str, &str) = ("de", "CEFR B1", "CEFR A2");
const IELTS: (&str, &str, &str) = ("en", "IELTS 7", "IELTS 6");
const N4: (&str, &str, &str) = ("ja", "JLPT N4", "JLPT N5");
const A1: (&str, &str, &str) = ("it", "CEFR A2", "CEFR A1");

/// Twenty-four cohorts over all corridors.
pub const COHORTS: [CohortPlan; 24] = [
    plan(RABAT, ("Building electricity", "7411"), B1, &["DE"]),
    plan(RABAT, ("Electrical mechanics", "7412"), B1, &["DE", "BE"]),
    plan(RABAT, ("Kitchen and hotel", "5120"), B1, &["DE", "IT"]),
    plan(CASABLANCA, ("Software development", "2512"), ("en", "CEFR B2", "CEFR B1"), &["BE", "DE", "CA"]),
    plan(CASABLANCA, ("Software development with German", "2512"), B1, &["DE"]),
    plan(TUNIS, ("General nursing", "2221"), B1, &["DE"]),
    plan(TUNIS, ("Restaurant service", "5131"), B1, &["DE", "IT"]),
    plan(TUNIS, ("Construction", "9313"), A1, &["IT"]),
    plan(CAIRO, ("Carpentry", "7115"), B1, &["DE"]),
    plan(MANILA, ("Nursing for Germany", "2221"), B1, &["DE", "GB"]),
    plan(MANILA, ("Nursing for English-speaking countries", "2221"), IELTS, &["GB", "CA"]),
    plan(MANILA, ("Caregiving", "5322"), N4, &["JP"]),
    plan(KOCHI, ("Nursing with German", "2221"), B1, &["DE"]),
    plan(KOCHI, ("Nursing with English", "2221"), IELTS, &["GB"]),
    plan(JAKARTA, ("Nursing with German", "2221"), B1, &["DE", "JP"]),
    plan(JAKARTA, ("Food processing", "8160"), N4, &["JP"]),
    plan(PRISTINA, ("Bricklaying", "7112"), ("de", "CEFR A2", "CEFR A1"), &["DE"]),
    plan(PRISTINA, ("Plumbing", "7126"), ("de", "CEFR A2", "CEFR A1"), &["DE"]),
    plan(HANOI, ("Welding", "7212"), N4, &["JP"]),
    plan(NAIROBI, ("General nursing", "2221"), IELTS, &["GB"]),
    plan(KATHMANDU, ("General nursing", "2221"), IELTS, &["GB"]),
    plan(SUVA, ("Meat processing", "7511"), ("en", "CEFR B1", "CEFR A2"), &["AU"]),
    plan(VILA, ("Aged care", "5322"), ("en", "CEFR B1", "CEFR A2"), &["AU"]),
    plan(DAKAR, ("Farm work", "9211"), A1, &["IT"]),
];

/// A need that employers of a country post: title, occupation, pathways, yearly wage of comparable
/// staff in whole units, currency, language and level of the post (beyond what the law asks).
pub struct NeedPlan {
    pub country: &'static str,
    pub title: &'static str,
    pub occupation: &'static str,
    pub pathways: &'static [&'static str],
    pub yearly: i64,
    pub currency: &'static str,
    pub level: Option<(&'static str, &'static str)>,
    /// Which employers of the country post it.
    pub employers: &'static [usize],
}

const fn need(
    place: (&'static str, &'static [usize]),
    post: (&'static str, &'static str),
    pathways: &'static [&'static str],
    pay: (i64, &'static str),
    level: Option<(&'static str, &'static str)>,
) -> NeedPlan {
    NeedPlan { country: place.0, title: post.0, occupation: post.1, pathways, yearly: pay.0, currency: pay.1, level, employers: place.1 }
}

/// Posted three times each with different dates, sizes and pay: ninety needs.
pub const NEEDS: [NeedPlan; 30] = [
    need(("DE", &[0]), ("Building electrician", "7411"), &["DE-NAFR-THAMM/MA"], (34_800, "EUR"), None),
    need(("DE", &[0]), ("Lift and plant electrician", "7412"), &["DE-NAFR-THAMM/MA"], (36_000, "EUR"), None),
    need(("DE", &[3]), ("Site electrician", "7411"), &["DE-NAFR-THAMM/MA", "DE-XK-CONSTRUCTION/XK"], (33_600, "EUR"), None),
    need(("DE", &[2]), ("Cook", "5120"), &["DE-NAFR-THAMM/MA", "DE-NAFR-THAMM/TN"], (30_000, "EUR"), None),
    need(("DE", &[2]), ("Waiter", "5131"), &["DE-NAFR-THAMM/TN"], (28_800, "EUR"), None),
    need(("DE", &[3]), ("Carpenter", "7115"), &["DE-NAFR-THAMM/EG"], (33_600, "EUR"), None),
    need(("DE", &[3]), ("Bricklayer", "7112"), &["DE-XK-CONSTRUCTION/XK"], (34_800, "EUR"), None),
    need(("DE", &[3]), ("Plumber", "7126"), &["DE-XK-CONSTRUCTION/XK"], (34_800, "EUR"), None),
    need(("DE", &[5]), ("Junior software developer", "2512"), &["DE-NAFR-THAMM/MA"], (45_600, "EUR"), None),
    need(("DE", &[1]), ("Nurse, surgery", "2221"), &["DE-NURSE-TRIPLEWIN/PH", "DE-NURSE-TRIPLEWIN/IN"], (39_600, "EUR"), None),
    need(("DE", &[1]), ("Nurse, internal medicine", "2221"), &["DE-NURSE-TRIPLEWIN/TN", "DE-NURSE-TRIPLEWIN/ID"], (39_600, "EUR"), None),
    need(
        ("DE", &[4]),
        ("Nurse, long-term care", "2221"),
        &["DE-NURSE-TRIPLEWIN/PH", "DE-NURSE-TRIPLEWIN/ID"],
        (38_400, "EUR"),
        Some(("de", "CEFR B1")),
    ),
    need(("DE", &[4]), ("Nurse, geriatrics", "2221"), &["DE-NURSE-TRIPLEWIN/IN", "DE-NURSE-TRIPLEWIN/TN"], (38_400, "EUR"), None),
    need(("BE", &[0]), ("Web and software developer", "2512"), &["BE-MA-PALIM/MA"], (50_400, "EUR"), None),
    need(("BE", &[1]), ("Software developer", "2512"), &["BE-MA-PALIM/MA"], (50_400, "EUR"), None),
    need(("JP", &[0]), ("Home care worker", "5322"), &["JP-SSW/PH"], (2_880_000, "JPY"), None),
    need(("JP", &[0]), ("Care worker, day centre", "5322"), &["JP-SSW/PH", "JP-EPA-NURSE/PH"], (2_880_000, "JPY"), None),
    need(("JP", &[1]), ("Food machine operator", "8160"), &["JP-SSW/ID"], (2_760_000, "JPY"), None),
    need(("JP", &[2]), ("Welder", "7212"), &["JP-SSW/VN"], (3_000_000, "JPY"), None),
    need(("JP", &[3]), ("Nurse candidate", "2221"), &["JP-EPA-NURSE/ID", "JP-EPA-NURSE/PH"], (3_120_000, "JPY"), None),
    need(("GB", &[0]), ("Staff nurse", "2221"), &["UK-NURSE-INTL/PH", "UK-NURSE-INTL/IN"], (30_000, "GBP"), None),
    need(("GB", &[1]), ("Staff nurse, emergency", "2221"), &["UK-NURSE-INTL/IN", "UK-NURSE-INTL/KE"], (30_600, "GBP"), None),
    need(("GB", &[2]), ("Community nurse", "2221"), &["UK-NURSE-INTL/NP", "UK-NURSE-INTL/KE"], (30_000, "GBP"), None),
    need(("AU", &[0]), ("Fruit picker", "9211"), &["AU-PAC-PALM/VU"], (52_000, "AUD"), None),
    need(("AU", &[1]), ("Aged-care worker", "5322"), &["AU-PAC-PALM/VU", "AU-PAC-PALM/FJ"], (57_200, "AUD"), None),
    need(("AU", &[2]), ("Meat worker", "7511"), &["AU-PAC-PALM/FJ"], (54_600, "AUD"), None),
    need(("CA", &[0]), ("Registered nurse", "2221"), &["CA-AIP/ANY"], (72_000, "CAD"), None),
    need(("CA", &[1]), ("Software developer", "2512"), &["CA-AIP/ANY", "CA-EMPP/ANY"], (75_000, "CAD"), None),
    need(("IT", &[0]), ("Farm worker", "9211"), &["IT-ART23/SN"], (21_600, "EUR"), None),
    need(("IT", &[1]), ("Building labourer", "9313"), &["IT-ART23/TN"], (24_000, "EUR"), None),
];

/// Given names (female, male) and family names by country.
pub fn names(country: &str) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    match country {
        "MA" | "TN" | "EG" => (
            &["Salma", "Fatima Zahra", "Imane", "Khadija", "Meryem", "Amira", "Nour", "Yasmine", "Hajar", "Rania"],
            &["Youssef", "Mehdi", "Anas", "Hamza", "Omar", "Ayoub", "Karim", "Bilal", "Tarek", "Sami"],
            &[
                "Alaoui",
                "Berrada",
                "El Idrissi",
                "Benali",
                "Trabelsi",
                "Haddad",
                "Mansour",
                "Fassi",
                "Chraibi",
                "Khalil",
                "Saidi",
                "Amrani",
            ],
        ),
        "PH" => (
            &["Maria Cristina", "Angelica", "Jasmine", "Rowena", "Liza", "Maricel", "Grace", "Joy"],
            &["Jose", "Mark", "Paolo", "Ramil", "Jericho", "Angelo", "Rey", "Carlo"],
            &["Santos", "Reyes", "Cruz", "Bautista", "Del Rosario", "Garcia", "Mendoza", "Villanueva"],
        ),
        "IN" => (
            &["Anjali", "Lakshmi", "Sneha", "Divya", "Meera", "Asha", "Priya", "Reshma"],
            &["Arun", "Vishnu", "Rahul", "Jithin", "Sreejith", "Manoj", "Nikhil", "Ajay"],
            &["Nair", "Menon", "Thomas", "Joseph", "Pillai", "Varghese", "Kurian", "Mathew"],
        ),
        "ID" => (
            &["Dewi", "Siti", "Ayu", "Putri", "Rina", "Wulan", "Indah"],
            &["Budi", "Agus", "Rizky", "Dimas", "Eko", "Fajar", "Hendra"],
            &["Wijaya", "Santoso", "Lestari", "Saputra", "Hidayat", "Pratama", "Nugroho"],
        ),
        "XK" => (
            &["Arta", "Blerta", "Drita", "Vesa", "Teuta"],
            &["Arben", "Besnik", "Driton", "Ilir", "Valon", "Flamur", "Kushtrim"],
            &["Krasniqi", "Gashi", "Berisha", "Hoxha", "Shala", "Morina", "Bytyqi"],
        ),
        "VN" => (
            &["Thị Hoa", "Thị Lan", "Thu Hà", "Minh Châu", "Ngọc Anh"],
            &["Văn Nam", "Quốc Huy", "Minh Tuấn", "Đức Anh", "Hoàng Long"],
            &["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng"],
        ),
        "NP" => (
            &["Sita", "Gita", "Anita", "Sunita", "Bimala", "Kabita"],
            &["Ram", "Bikash", "Suresh", "Dipak", "Prakash"],
            &["Shrestha", "Gurung", "Tamang", "Adhikari", "Karki", "Thapa"],
        ),
        "FJ" | "VU" => (
            &["Mere", "Litia", "Salote", "Ana", "Leipakoa", "Rose"],
            &["Josefa", "Semi", "Tevita", "Willie", "Joseph", "Apisai"],
            &["Naivalu", "Tora", "Kalsakau", "Tabi", "Vakatawa", "Molisa"],
        ),
        _ => (
            &["Wanjiru", "Achieng", "Aminata", "Awa", "Fatou", "Njeri", "Mwende"],
            &["Kamau", "Otieno", "Mamadou", "Ibrahima", "Ousmane", "Kiprop", "Mutua"],
            &["Mwangi", "Odhiambo", "Diop", "Ndiaye", "Sarr", "Wambui", "Fall", "Kariuki"],
        ),
    }
}
