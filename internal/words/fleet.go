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
	{"--days is for --clickhouse; of Parquet delete the folders date=... that are too old", "--days es para --clickhouse; de Parquet se borran a mano las carpetas date=... demasiado viejas"},
	{"clickhouse: the table has layout %d, and this portero-fleet knows %d: update it", "clickhouse: la tabla tiene la forma %d y este portero-fleet conoce la %d: hay que actualizarlo"},
	{"a hub without a store would throw records away: give it --clickhouse or --parquet", "un hub sin almacén tiraría los registros: hace falta --clickhouse o --parquet"},
	{"line %d: write sensor SITE PUBLIC, hub PUBLIC or admin PUBLIC", "línea %d: escríbase sensor SEDE CLAVE, hub CLAVE o admin CLAVE"},
	{"line %d: %q is no public key (portero-fleet key prints one)", "línea %d: %q no es una clave pública (las muestra portero-fleet key)"},
	{"%s: another broker uses this folder: %s; give each its own --dir", "%s: otro intermediario usa esta carpeta: %s; cada uno necesita su --dir"},
	{"%s: another sensor uses this spool: ", "%s: otro sensor usa esta cola: "},
	{"it is locked by a process that runs", "la tiene bloqueada un proceso en marcha"},
	{"the broker cannot start: ", "el intermediario no puede arrancar: "},
	{"--cluster %s needs --routes: HOST:PORT of every broker in it", "--cluster %s necesita --routes: el HOST:PUERTO de cada intermediario que lo forma"},
	{"the broker did not begin to listen on %s within 15 s", "el intermediario no empezó a escuchar en %s en 15 s"},
	{"--replicas %d needs a cluster of so many brokers: --cluster, --name, --peer and --routes", "--replicas %d necesita un grupo de tantos intermediarios: --cluster, --name, --peer y --routes"},
	{"%s: nobody is in it, so nobody could connect", "%s: no hay nadie en él, así que nadie podría conectar"},
	{"--listen %s is open to other machines: give it --cert, --key and --users, or listen on 127.0.0.1", "--listen %s está abierto a otros equipos: hacen falta --cert, --key y --users, o escuchar en 127.0.0.1"},
	{"a broker of a cluster needs a --name of its own", "un intermediario de un grupo necesita un --name propio"},
	{"--peer %s is open to other machines: give it --cert, --key and --ca, so that brokers know one another", "--peer %s está abierto a otros equipos: hacen falta --cert, --key y --ca, para que los intermediarios se conozcan"},
	{"--routes: %q is no HOST:PORT", "--routes: %q no es EQUIPO:PUERTO"},
	{"%q is no HOST:PORT", "%q no es EQUIPO:PUERTO"},
	{"%q has no port up to 65535", "%q no tiene un puerto de hasta 65535"},
	{"the broker cannot write to its disk and takes nothing more; it has to be started again", "el intermediario no puede escribir en su disco y no acepta nada más; hay que volver a arrancarlo"},
	{"%s: this is no spool, or its file \"spool\" is damaged; without that file what waits here is sent under new names: nothing of it is lost, and what the broker has of it already is stored twice", "%s: no es una cola, o su fichero \"spool\" está dañado; sin ese fichero, lo que espera aquí se envía con nombres nuevos: no se pierde nada, y lo que el intermediario ya tenga se guarda dos veces"},
	{"nats: no servers available for connection", "no hay ningún intermediario al que conectar"},
	{"nats: server is disconnected", "no hay conexión con el intermediario"},
	{"nats: timeout", "no contesta a tiempo"},
	{"nats: Authorization Violation", "no deja entrar con esa clave"},

	// What is said while it works.
	{"the disk spoiled ", "el disco estropeó "},
	{"%d octets of what the broker kept", "%d octetos de lo que guardaba el intermediario"},
	{"a batch that the broker kept", "un lote que guardaba el intermediario"},
	{": what no hub had stored of it is LOST; look at the disk", ": lo que ningún hub había guardado se PERDIÓ; hay que revisar el disco"},
	{" (and %d more like it before)", " (y %d más como este antes)"},
	{"the broker's certificate is not taken: ", "no se acepta el certificado del intermediario: "},
	{"; %d records are LOST so far", "; ya se PERDIERON %d registros"},
	{"; 1 record is LOST so far", "; ya se PERDIÓ 1 registro"},
	{"%d records are LEFT OUT: a batch of %d octets is longer than the broker takes", "%d registros OMITIDOS: un lote de %d octetos es más largo de lo que admite el intermediario"},
	{"1 record is LEFT OUT: a batch of %d octets is longer than the broker takes", "1 registro OMITIDO: un lote de %d octetos es más largo de lo que admite el intermediario"},
	{"not sent yet: ", "aún no enviado: "},
	{"; %d records wait on the spool", "; %d registros esperan en la cola"},
	{"; 1 record waits on the spool", "; 1 registro espera en la cola"},
	{"%d records, %d acknowledged by the broker, ", "%d registros; confirmados por el intermediario: %d; "},
	{"1 record, %d acknowledged by the broker, ", "1 registro; confirmados por el intermediario: %d; "},
	{"%d wait on the spool", "esperan en la cola: %d"},
	{"1 waits on the spool", "espera en la cola: 1"},
	{"; %d DROPPED, oldest first, because the spool was full or could not be read", "; DESCARTADOS, los más viejos primero, por estar llena la cola o no poder leerse: %d"},
	{"; %d LOST because the disk was too slow", "; PERDIDOS por ser el disco demasiado lento: %d"},
	{"; %d LOST because the spool could not be written", "; PERDIDOS por no poder escribirse la cola: %d"},
	{"; %d LEFT OUT because the broker takes no batch so long", "; OMITIDOS por no admitir el intermediario lotes tan largos: %d"},
	{"the spool is closed", "la cola está cerrada"},
	{"a message of %d octets is too long for a spool", "un mensaje de %d octetos es demasiado largo para una cola"},
	{"%s is damaged, and what is readable in it cannot be copied: ", "%s está dañado, y lo que se puede leer de él no se puede copiar: "},
	{"a batch that cannot be read stays with the broker, because it could not be put aside: ", "un lote que no se puede leer se queda en el intermediario, porque no se pudo apartar: "},
	{"a batch cannot be read; it", "un lote no se puede leer;"},
	{"%d batches cannot be read; the last", "%d lotes no se pueden leer; el último"},
	{" was put aside as ", " se apartó como "},
	{" was THROWN AWAY, there is no folder for it", " se TIRÓ, porque no hay carpeta para él"},
	{" was THROWN AWAY, %s holds %d MB of them already", " se TIRÓ, porque %s ya tiene %d MB de ellos"},
	{"damaged batch", "lote dañado"},
	{"no batch of portero", "no es un lote de portero"},
	{"a batch of layout %d, and this portero-fleet knows %d: update it", "un lote de la forma %d, y este portero-fleet conoce la %d: hay que actualizarlo"},
	{"a batch that would take more than %d MB of memory", "un lote que ocuparía más de %d MB de memoria"},
	{"a batch without a name", "un lote sin nombre"},
	{"a batch that says it is of site %s came from site %s", "un lote que dice ser de la sede %s llegó de la sede %s"},
	{"it does not say when its connections began", "no dice cuándo empezaron sus conexiones"},
	{"batch %d of %s: ", "lote %d de %s: "},
	{": batch %d of %d octets: ", ": lote %d, de %d octetos: "},
	{": message %d: ", ": mensaje %d: "},
	{"no answer within %s of being told to stop", "no contestó en %s tras pedírsele que parara"},
	{"; trying again", "; se vuelve a intentar"},
	{"another hub calls itself %s, and status shows only one of them: give each its own --name", "otro hub también se llama %s, y status solo muestra uno de ellos: cada uno necesita su --name"},
	{"other hubs keep writing the same batches: is a consumer's acknowledgement time too short?", "otros hubs escriben una y otra vez los mismos lotes: ¿es demasiado corto el plazo para confirmar de un consumidor?"},
	{"; move it away to go on: a batch that it names and that comes again is then stored a second time", "; hay que apartarlo para seguir: un lote anotado en él que vuelva a llegar se guarda entonces por segunda vez"},
	{": the commit file is damaged: ", ": el fichero de anotaciones está dañado: "},
	{"--size %s does not fit: %s has %s free, and the broker counts on three quarters of that", "--size %s no cabe: en %s hay %s libres, y el intermediario cuenta con las tres cuartas partes"},
	{"; give it --size %s or less, or a --dir on another disk", "; hace falta --size %s o menos, o un --dir en otro disco"},
	{"; it takes %s", "; usa %s"},
	{"consumer: ", "consumidor: "}, {"fetch: ", "recogida: "},
	{"%s exists already; give it another name", "%s ya existe; hace falta otro nombre"},
	{"%s: no permission for it", "%s: sin permiso"},
	{" free)", " libres)"},
	{"warning: ", "aviso: "}, {"fatal: ", "grave: "},
	{"waiting for the server to open its streams", "se espera a que el servidor abra sus colas"},
	{"waiting for the other brokers of cluster %s (%s): %d connected", "se espera a los demás intermediarios del grupo %s (%s); conectados: %d"},
	{"the broker has no stream of records (is it a portero-fleet broker, and may we ask?): ", "el intermediario no tiene cola de registros (¿es un portero-fleet broker, y deja preguntar?): "},
	{"a unit of work makes no sense and was put aside", "una unidad de trabajo no tiene sentido y se apartó"},
	{"%s is not on this machine; left to another worker", "%s no está en este equipo; queda para otro"},
	{": not noted as read, and tried again: ", ": no se anotó como leído, y se vuelve a intentar: "},
	{"it has grown since it was queued, and has not been read yet: ingest it again when it has", "ha crecido desde que entró en la cola, y aún no se ha leído: cuando se haya leído, hay que repetir ingest"},
	{"no frame in it", "no tiene ninguna trama"},
	{"migration %d: ", "migración %d: "},
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
