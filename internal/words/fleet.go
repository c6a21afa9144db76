package words

import "sync"

// fleetMessages are what portero-fleet says on standard error besides what portero says.
var fleetMessages = [][2]string{
	{"%s: there is no such file", "%s: no existe ese fichero"},
	{"%s is a directory (portero-fleet ingest takes directories)", "%s es un directorio (los lee portero-fleet ingest)"},
	{"%s: is no folder", "%s: no es una carpeta"},
	{"--filter is for interfaces; from files portero-fleet takes everything", "--filter es para interfaces; de los ficheros portero-fleet lo toma todo"},
	{"interfaces or files, not both at once", "interfaces o ficheros, no las dos cosas a la vez"},
	{"--site is up to 64 letters, digits, _ and -", "--site tiene hasta 64 letras, cifras, _ y -"},
	{"--name is up to 64 letters, digits, _ and -", "--name tiene hasta 64 letras, cifras, _ y -"},
	{"--site and --name are up to 64 letters, digits, _ and -", "--site y --name tienen hasta 64 letras, cifras, _ y -"},
	{"--%s: %s is below zero", "--%s: %s está por debajo de cero"},
	{"%s: %q is no size (write 64M or 8G)", "%s: %q no es un tamaño (escríbase 64M o 8G)"},
	{"%q: write NAME=VALUE", "%q: escríbase NOMBRE=VALOR"},
	{"--format: %q is none of table, json, prometheus", "--format: %q no es table, json ni prometheus"},
	{"--serve: %q is no HOST:PORT of this machine (127.0.0.1:9464)", "--serve: %q no es un EQUIPO:PUERTO de este equipo (127.0.0.1:9464)"},
	{"help: %q is no command of %s", "help: %q no es ningún verbo de %s"},
	{"completion: %q is none of bash, fish, powershell, zsh", "completion: %q no es bash, fish, powershell ni zsh"},
	{"%s: a sensor sends records; findings go to syslog from portero live --to", "%s: un sensor envía registros; los hallazgos los envía a syslog portero live --to"},
	{"there is no question %q: %s", "no hay ninguna pregunta %q; las hay: %s"},
	{"%s= is given twice", "%s= está dos veces"},
	{"%s wants %s=... (portero-fleet query says what it is)", "%s necesita %s=... (portero-fleet query dice qué es)"},
	{"%q is no address (write 192.0.2.1 or 2001:db8::1)", "%q no es una dirección (escríbase 192.0.2.1 o 2001:db8::1)"},
	{"%q is not from 0 to %d", "%q no está entre 0 y %d"},
	{"%q is not from 1900 to 2261", "%q no está entre 1900 y 2261"},
	{"%q is no time (write '2026-11-01 00:00:00')", "%q no es una hora (escríbase '2026-11-01 00:00:00')"},
	{"%q is no Community ID (it begins with 1:)", "%q no es un Community ID (empieza por 1:)"},
	{"%s has no parameter %q", "%s no tiene ningún parámetro %q"},
	{"--url: %q is no address (write nats://HOST:4222)", "--url: %q no es una dirección (escríbase nats://EQUIPO:4222)"},
	{"--url: %s holds a secret, which process lists show: use --seed FILE", "--url: %s lleva un secreto, que se ve en la lista de procesos: para eso está --seed FICHERO"},
	{"--url: %s is another machine, and without --ca or tls:// the connection would be in the clear", "--url: %s es otro equipo, y sin --ca o tls:// la conexión iría sin cifrar"},
	{"broker %s: ", "intermediario %s: "},
	{"%s: others may read this secret (mode %s): chmod 600 it", "%s: otros pueden leer este secreto (modo %s): hace falta chmod 600"},
	{"%s: this is no seed (portero-fleet key makes one)", "%s: no es una semilla (las hace portero-fleet key)"},
	{"%s: no certificate in this file (PEM is expected)", "%s: no hay ningún certificado en este fichero (va en PEM)"},
	{"the broker refuses this: ", "el intermediario lo rechaza: "},
	{"the broker refuses this hub: ", "el intermediario rechaza este hub: "},
	{"the broker refuses site %s to this sensor: ", "el intermediario niega a este sensor la sede %s: "},
	{"the broker refuses this sensor: ", "el intermediario rechaza este sensor: "},
	{"the broker did not answer in time", "el intermediario no contestó a tiempo"},
	{"the broker has no queue of captures (is it a portero-fleet broker?): ", "el intermediario no tiene cola de capturas (¿es un portero-fleet broker?): "},
	{"--clickhouse: %q is no address (write http://127.0.0.1:8123)", "--clickhouse: %q no es una dirección (escríbase http://127.0.0.1:8123)"},
	{"--clickhouse: user and password go into --clickhouse-user and --clickhouse-password-file, not into the address", "--clickhouse: el usuario y la contraseña van en --clickhouse-user y --clickhouse-password-file, no en la dirección"},
	{"--clickhouse: %s is another machine: use https://", "--clickhouse: %s es otro equipo: hace falta https://"},
	{"--clickhouse-database: %q is no name", "--clickhouse-database: %q no es un nombre"},
	{"--days: %d is not from 0 to 10000 (ClickHouse counts days to 2106)", "--days: %d no está entre 0 y 10000 (ClickHouse cuenta días hasta 2106)"},
	{"clickhouse: the table has layout %d, and this portero-fleet knows %d: update it", "clickhouse: la tabla tiene la forma %d y este portero-fleet conoce la %d: hay que actualizarlo"},
	{"a hub without a store would throw records away: give it --clickhouse or --parquet", "un hub sin almacén tiraría los registros: hace falta --clickhouse o --parquet"},
	{"line %d: write sensor SITE PUBLIC, hub PUBLIC or admin PUBLIC", "línea %d: escríbase sensor SEDE CLAVE, hub CLAVE o admin CLAVE"},
	{"line %d: %q is no public key (portero-fleet key prints one)", "línea %d: %q no es una clave pública (las muestra portero-fleet key)"},
	{"%s: another broker uses this folder: %s; give each its own --dir", "%s: otro intermediario usa esta carpeta: %s; cada uno necesita su --dir"},
	{"%s: another sensor uses this spool: ", "%s: otro sensor usa esta cola: "},
	{"it is locked by a process that runs", "la tiene bloqueada un proceso en marcha"},
	{"the broker did not begin to listen on %s within 15 s", "el intermediario no empezó a escuchar en %s en 15 s"},
	{"--replicas %d needs a cluster of so many brokers: --cluster, --name, --peer and --routes", "--replicas %d necesita un grupo de tantos intermediarios: --cluster, --name, --peer y --routes"},
	{"%s: nobody is in it, so nobody could connect", "%s: no hay nadie en él, así que nadie podría conectar"},
	{"--listen %s is open to other machines: give it --cert, --key and --users, or listen on 127.0.0.1", "--listen %s está abierto a otros equipos: hacen falta --cert, --key y --users, o escuchar en 127.0.0.1"},
	{"a broker of a cluster needs a --name of its own", "un intermediario de un grupo necesita un --name propio"},
	{"--peer %s is open to other machines: give it --cert, --key and --ca, so that brokers know one another", "--peer %s está abierto a otros equipos: hacen falta --cert, --key y --ca, para que los intermediarios se conozcan"},
	{"--routes: %q is no HOST:PORT", "--routes: %q no es EQUIPO:PUERTO"},
	{"%q is no HOST:PORT", "%q no es EQUIPO:PUERTO"},
	{"%q has no port", "%q no tiene puerto"},
	{"the broker cannot write to its disk and takes nothing more; it has to be started again", "el intermediario no puede escribir en su disco y no acepta nada más; hay que volver a arrancarlo"},
	{"%s: this is no spool, or its file \"spool\" is damaged; move the folder away to begin a new one", "%s: no es una cola, o su fichero \"spool\" está dañado; hay que apartar la carpeta para empezar otra"},
	{"nats: no servers available for connection", "no hay ningún intermediario al que conectar"},
	{"nats: timeout", "no contesta a tiempo"},
	{"nats: Authorization Violation", "no deja entrar con esa clave"},
}

var fleetPatterns = sync.OnceValue(func() []pattern { return compile(messages, elsewhereMessages, fleetMessages) })

// FleetMessage is Message of portero-fleet.
func FleetMessage(l Lang, s string) string {
	if l != Spanish {
		return s
	}
	for _, p := range fleetPatterns() {
		s = p.en.ReplaceAllString(s, p.es)
	}
	return s
}

// HasFleetMessage reports whether a message of portero-fleet, as its code writes it, has
// its Spanish form.
func HasFleetMessage(en string) bool {
	for _, m := range fleetMessages {
		if m[0] == en {
			return true
		}
	}
	return HasMessage(en)
}
