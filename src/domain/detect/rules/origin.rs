//! Where it comes from: a service that runs a program of nobody's, and what its environment says about the way in.
//!
//! Source: Elastic's and Falco's rules for shells and binaries below web servers and databases; CGI variables in a
//! miner's environment name the request that let it in. Known false alarms, which are let pass: tools of packages and of
//! `/usr/local` that services run all day (`sh`, `php`, `convert`, `npm`).

use crate::domain::detect::place::{Place, place};
use crate::domain::detect::rules::Told;
use crate::domain::detect::rules::ends::is_public;
use crate::domain::detect::rules::whereabouts::is_busy;
use crate::domain::detect::seen::{Seen, last_part};
use crate::domain::detect::{FactSource, Grade, Reason, Rule};
use crate::domain::untrusted::Untrusted;

/// Users that run a service and have no programs of their own.
const SERVICE_USERS: [&[u8]; 32] = [
    b"www-data",
    b"apache",
    b"nginx",
    b"httpd",
    b"http",
    b"wwwrun",
    b"tomcat",
    b"jetty",
    b"postgres",
    b"mysql",
    b"mariadb",
    b"redis",
    b"mongodb",
    b"mongod",
    b"node",
    b"jovyan",
    b"elasticsearch",
    b"solr",
    b"kafka",
    b"zookeeper",
    b"rabbitmq",
    b"activemq",
    b"hadoop",
    b"yarn",
    b"hdfs",
    b"spark",
    b"weblogic",
    b"confluence",
    b"nobody",
    b"daemon",
    b"memcached",
    b"git",
];
/// Programs that serve others, and run programs for strangers once somebody finds a way in.
const SERVICES: [&[u8]; 34] = [
    b"nginx",
    b"apache2",
    b"httpd",
    b"lighttpd",
    b"caddy",
    b"php-fpm",
    b"php-cgi",
    b"uwsgi",
    b"gunicorn",
    b"uvicorn",
    b"tomcat",
    b"catalina",
    b"jsvc",
    b"postgres",
    b"mysqld",
    b"mariadbd",
    b"redis-server",
    b"mongod",
    b"next-server",
    b"jupyter",
    b"jupyter-lab",
    b"jupyter-noteb",
    b"jupyter-notebook",
    b"jupyterhub",
    b"litespeed",
    b"lsphp",
    b"solr",
    b"elasticsearch",
    b"activemq",
    b"couchdb",
    b"beam.smp",
    b"confluence",
    b"geoserver",
    b"exim4",
];
/// What a web server tells a program that a request runs (RFC 3875).
const OF_A_REQUEST: [&[u8]; 8] = [
    b"REMOTE_ADDR=",
    b"REQUEST_URI=",
    b"HTTP_USER_AGENT=",
    b"QUERY_STRING=",
    b"SCRIPT_FILENAME=",
    b"GATEWAY_INTERFACE=",
    b"REQUEST_METHOD=",
    b"HTTP_HOST=",
];

/// What a login and a change of user leave behind.
const OF_A_LOGIN: [&[u8]; 4] =
    [b"SSH_CLIENT=", b"SSH_CONNECTION=", b"SUDO_USER=", b"SUDO_COMMAND="];

/// Folders of services in which there are data and no programs.
const DATA: [&[u8]; 9] = [
    b"/var/lib/postgresql/",
    b"/var/lib/pgsql/",
    b"/var/lib/mysql/",
    b"/var/lib/redis/",
    b"/var/lib/mongodb/",
    b"/webapps/",
    b"/tomcat/temp/",
    b"/var/lib/tomcat",
    b"/wp-content/",
];

/// Programs that run other programs' texts, whoever installed them.
const RUNTIMES: [&[u8]; 7] = [b"beam", b"java", b"node", b"perl", b"php", b"python", b"ruby"];

fn is_runtime(file: &[u8]) -> bool {
    RUNTIMES.iter().any(|it| {
        file.strip_prefix(*it)
            .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_alphabetic))
    })
}

/// What a service runs by from a home, and not what somebody brought: its own interpreter for its workers, the Java beside
/// it, or the program of this user that others come to.
fn is_its_own(seen: &Seen<'_>) -> bool {
    let mut others = seen.arguments.iter().skip(1);
    let calm = seen.cpu.is_none_or(|percent| percent < 80.0);
    if is_runtime(seen.file()) {
        let alone = Seen { ancestors: vec![seen.name], ..Seen::default() };
        // What it calls itself anybody may: who has others come to it serves, or is calm.
        let worker = serves(&alone).is_some() && (!seen.listens.is_empty() || calm)
            || !seen.name.is_empty() && seen.ancestors.first() == Some(&seen.name)
            || others.clone().any(|it| it.starts_with(b"from multiprocessing."));
        let has = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|part| part == word);
        let java = seen.exe.ends_with(b"/bin/java")
            && is_service(seen)
            && others.any(|it| has(&it.to_ascii_lowercase(), seen.user));
        return worker || java;
    }
    let home = [b"/home/", seen.user, b"/"].concat();
    is_service(seen) && seen.exe.starts_with(&home) && !seen.listens.is_empty() && calm
}

fn is_shell(name: &[u8]) -> bool {
    matches!(last_part(name), b"sh" | b"bash" | b"dash" | b"ash" | b"busybox")
}

/// What its origin says.
pub(super) fn judge(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if seen.is_kernel() || seen.packaged == Some(true) {
        return;
    }
    let path = seen.path();
    let at = place(&path);
    // What a service was told to run by a shell, and nobody installed: for a request that is long.
    let shell = seen.ancestors.first().is_some_and(|it| is_shell(it));
    let data = DATA.iter().any(|it| path.windows(it.len()).any(|part| part == *it));
    let long =
        seen.cpu.is_some_and(|it| it >= 80.0) && seen.cpu_minutes.is_some_and(|it| it >= 30.0);
    let worker = seen.ancestors.iter().any(|it| it.starts_with(b"jupyter"));
    // The service itself, from wherever it is kept.
    let itself = serves(&Seen { ancestors: vec![seen.file()], ..Seen::default() }).is_some();
    let busy = at != Place::System
        && !worker
        && !itself
        && (data
            || (shell && long && !is_runtime(seen.file()))
            || (at == Place::Home && is_busy(seen) && !is_its_own(seen)));
    let brought = at.is_strange() || busy;
    if let Some(service) = never_runs(seen) {
        let value = Untrusted::new([service, b" > ", seen.name].concat());
        let reason = Reason { rule: Rule::ServiceChild, value, source: FactSource::Ancestry };
        told.push((Grade::Suspect, reason));
    } else if let Some(service) = serves(seen).filter(|_| brought) {
        let value = Untrusted::new(
            [service, b" > ", if path.is_empty() { seen.name } else { &path }].concat(),
        );
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::ServiceChild, value, source: FactSource::Ancestry },
        ));
    } else if is_service(seen) && brought {
        let value = Untrusted::new([seen.user, b": ", &path].concat());
        told.push((
            Grade::Suspect,
            Reason { rule: Rule::ServiceChild, value, source: FactSource::Ancestry },
        ));
    }
    let asked =
        seen.environment.iter().filter(|it| OF_A_REQUEST.iter().any(|name| it.starts_with(name)));
    if let Some(variable) = asked.max_by_key(|it| it.starts_with(b"REMOTE_ADDR=")) {
        // A daemon that was started from a panel of the web and brought up to date since is deleted as well.
        let gone = seen.deleted && !matches!(at, Place::System | Place::Local);
        let grade = if brought || gone { Grade::Suspect } else { Grade::Noted };
        let value = Untrusted::new(*variable);
        told.push((
            grade,
            Reason { rule: Rule::FromRequest, value, source: FactSource::Environment },
        ));
    }
}

/// A shell of a service talks to nobody by itself, unless somebody out there types what it shall do.
pub(super) fn typed_afar(seen: &Seen<'_>) -> Option<Told> {
    let end = seen.ends.iter().find(|it| is_public(it))?;
    let service = serves(seen).or_else(|| is_service(seen).then_some(seen.user));
    let service = service.filter(|_| is_shell(seen.title()))?;
    let end = end.address.map_or_else(Vec::new, |it| it.to_string().into_bytes());
    let value = Untrusted::new([service, b" > ", seen.name, b" <- ", &end].concat());
    let (rule, source) = (Rule::ServiceChild, FactSource::Ancestry);
    Some((Grade::Suspect, Reason { rule, value, source }))
}

/// By which login it came, and who became its user, beside what speaks against it: everybody has come by some way, so this
/// is nothing by itself, and never more than noted.
pub(super) fn login(seen: &Seen<'_>, told: &mut Vec<Told>) {
    if told.is_empty() {
        return;
    }
    let of = |name: &[u8]| seen.environment.iter().copied().find(|it| it.starts_with(name));
    let ssh = of(b"SSH_CLIENT=").or_else(|| of(b"SSH_CONNECTION="));
    for variable in ssh.into_iter().chain(of(b"SUDO_USER=")) {
        let (value, source) = (Untrusted::new(variable), FactSource::Environment);
        told.push((Grade::Noted, Reason { rule: Rule::FromLogin, value, source }));
    }
}

/// The variable tells by which way somebody came in.
pub(in crate::domain::detect) fn tells(variable: &[u8]) -> bool {
    OF_A_REQUEST.iter().chain(&OF_A_LOGIN).any(|name| variable.starts_with(name))
}

/// A store of data that runs no programs, above a shell or whatever a shell ran.
fn never_runs<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    const STORES: [&[u8]; 2] = [b"redis-server", b"memcached"];
    let itself = |name: &[u8]| name.starts_with(b"redis") || name.starts_with(b"memcached");
    let above = seen.ancestors.iter().copied().find(|it| STORES.contains(&last_part(it)));
    above.filter(|_| !itself(seen.name) && !itself(seen.file()))
}

/// A user that runs a service and has no programs of its own.
pub(super) fn is_service_user(name: &str) -> bool {
    SERVICE_USERS.contains(&name.as_bytes())
}

/// It runs as the user of a service.
pub(super) fn is_service(seen: &Seen<'_>) -> bool {
    SERVICE_USERS.contains(&seen.user)
}

/// The service above it.
pub(super) fn serves<'a>(seen: &Seen<'a>) -> Option<&'a [u8]> {
    seen.ancestors.iter().copied().find(|above| {
        let name = last_part(above.split(u8::is_ascii_whitespace).next().unwrap_or(above));
        let name = name.strip_suffix(b":").unwrap_or(name);
        SERVICES.iter().any(|service| {
            // `php-fpm8.2` is one.
            name.strip_prefix(*service)
                .is_some_and(|rest| !rest.first().is_some_and(u8::is_ascii_lowercase))
        })
    })
}
