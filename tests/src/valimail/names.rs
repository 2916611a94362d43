//! What generated accounts are called.

/// Where their mail goes.
pub(super) const DOMAINS: [&str; 4] = [
    "larkspurfreight.example",
    "eu.lf.example",
    "lf-rail.example",
    "lf.example",
];

/// First names as shown and as written in an address.
#[rustfmt::skip]
pub(super) const GIVEN: [(&str, &str); 48] = [
    ("Aaliyah", "aaliyah"), ("Adrián", "adrian"), ("Agnieszka", "agnieszka"), ("Amir", "amir"),
    ("Anouk", "anouk"), ("Beatriz", "beatriz"), ("Björn", "bjorn"), ("Bronwyn", "bronwyn"),
    ("Callum", "callum"), ("Chidi", "chidi"), ("Chloé", "chloe"), ("Dagný", "dagny"),
    ("Daniel", "daniel"), ("Deepika", "deepika"), ("Dmitri", "dmitri"), ("Elif", "elif"),
    ("Emeka", "emeka"), ("Esperanza", "esperanza"), ("Farah", "farah"), ("Fiona", "fiona"),
    ("Gabriel", "gabriel"), ("Giulia", "giulia"), ("Hana", "hana"), ("Hugo", "hugo"),
    ("Ingrid", "ingrid"), ("Isaac", "isaac"), ("Jelena", "jelena"), ("Joaquín", "joaquin"),
    ("Kavita", "kavita"), ("Kwame", "kwame"), ("Leila", "leila"), ("Lukas", "lukas"),
    ("Mateo", "mateo"), ("Mei", "mei"), ("Nadia", "nadia"), ("Noah", "noah"),
    ("Oksana", "oksana"), ("Oscar", "oscar"), ("Paweł", "pawel"), ("Priya", "priya"),
    ("Quentin", "quentin"), ("Rosa", "rosa"), ("Sanjay", "sanjay"), ("Sinéad", "sinead"),
    ("Tomás", "tomas"), ("Uma", "uma"), ("Viktor", "viktor"), ("Yuki", "yuki"),
];

/// Last names as shown and as written in an address.
#[rustfmt::skip]
pub(super) const FAMILY: [(&str, &str); 40] = [
    ("Abernathy", "abernathy"), ("Adeyemi", "adeyemi"), ("Almeida", "almeida"),
    ("Bergström", "bergstrom"), ("Castellanos", "castellanos"), ("Chaudhary", "chaudhary"),
    ("Delacroix", "delacroix"), ("Eriksen", "eriksen"), ("Ferreira", "ferreira"),
    ("Fitzgerald", "fitzgerald"), ("García", "garcia"), ("Grünwald", "grunwald"),
    ("Haddad", "haddad"), ("Hernández", "hernandez"), ("Ivanova", "ivanova"),
    ("Jankowski", "jankowski"), ("Kowalczyk", "kowalczyk"), ("Lindqvist", "lindqvist"),
    ("Mbeki", "mbeki"), ("McAllister", "mcallister"), ("Moreau", "moreau"),
    ("Nakamura", "nakamura"), ("Novák", "novak"), ("Okonkwo", "okonkwo"), ("Olsen", "olsen"),
    ("Papadopoulos", "papadopoulos"), ("Petrov", "petrov"), ("Quispe", "quispe"),
    ("Ramírez", "ramirez"), ("Rosenthal", "rosenthal"), ("Santoro", "santoro"),
    ("Schäfer", "schafer"), ("Silva", "silva"), ("Takahashi", "takahashi"),
    ("Thompson", "thompson"), ("Vasquez", "vasquez"), ("Whitfield", "whitfield"),
    ("Yılmaz", "yilmaz"), ("Zhang", "zhang"), ("Ziegler", "ziegler"),
];
