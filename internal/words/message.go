package words

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// messages are what is told on standard error when something cannot be done: the
// English form as the code writes it, with its verbs, and the Spanish one. Parts
// that come from elsewhere stay as they are; "" as Spanish says that a part is only
// punctuation.
var messages = [][2]string{
	{"there is no such file", "no existe ese fichero"},
	{"/proc is not mounted here, and this needs it (mount -t proc proc /proc); saved captures can be read without", "/proc no está montado aquí y esto lo necesita (mount -t proc proc /proc); las capturas guardadas se leen sin él"},
	{"%s: there is no file and no verb of this name; did you mean %s?", "%s: no hay ningún fichero ni verbo con ese nombre; ¿quizá %s?"},
	{"%s: there is no file of this name; a connection is told by: %s", "%s: no hay ningún fichero con ese nombre; una conexión se explica con: %s"},
	{"%s stands behind --, where everything is the filter; flags go before --", "%s está detrás de --, donde todo es el filtro; las opciones van antes de --"},
	{"behind -- stands the filter; the capture goes before it: %s", "detrás de -- va el filtro; la captura va delante: %s"},
	{"%s: there is no file of this name; a filter goes behind --: %s", "%s: no hay ningún fichero con ese nombre; un filtro va detrás de --: %s"},
	{"%s is a file; the connection goes behind it: %s", "%s es un fichero; la conexión va detrás: %s"},
	{"%s is a file; behind the captures goes the connection, by its number in the table of: %s", "%s es un fichero; detrás de las capturas va la conexión, con el número que tiene en la tabla de: %s"},
	{"%s is a file, and no interface; a saved capture is shown by: %s", "%s es un fichero, no una interfaz; una captura guardada se muestra con: %s"},
	{"no permission to read it (ask its owner, or run as a user who may)", "sin permiso para leerlo (pídase a su dueño o úsese una cuenta que pueda)"},
	{"is a directory", "es un directorio"},
	{": is a directory", ": es un directorio"},
	{": is a link; standard output is written -", ": es un enlace; la salida estándar se escribe -"},
	{": is a link; portero does not write through links", ": es un enlace; portero no escribe a través de enlaces"},
	{": is read or written by the same command; give the output another name", ": la misma orden lo lee o lo escribe; la salida necesita otro nombre"},
	{": exists already; --force replaces it", ": ya existe; --force lo sustituye"},
	{": no capture in this directory", ": no hay ninguna captura en este directorio"},
	{"is a capture; a text file is expected here", "es una captura; aquí va un fichero de texto"},
	{"is no text file, which is expected here", "no es un fichero de texto, y aquí va uno"},
	{"no copy of it could be made in %s: %s (TMPDIR names another folder)", "no se pudo copiar en %s: %s (TMPDIR indica otra carpeta)"},
	{"there is no such folder", "no existe esa carpeta"},
	{": no space left on device; what is there of it is not whole", ": no queda sitio en el disco; lo que hay ahí está incompleto"},
	{"no space left on device", "no queda sitio en el disco"},
	{"permission denied", "sin permiso"},
	{"is empty: no capture in it", "está vacío: no hay ninguna captura"},
	{"is empty inside its compression: no capture in it", "está vacío dentro de su compresión: no hay ninguna captura"},
	{"is no capture: ", "no es una captura: "},
	{"compressed, but its header is damaged: ", "comprimido, pero con la cabecera dañada: "},
	{"cannot be decompressed: the compressed stream is cut short", "no se puede descomprimir: el flujo comprimido está cortado"},
	{"cannot be decompressed: it was compressed with a window above 128 MiB; unpack it first with `zstd -d --long=31`", "no se puede descomprimir: se comprimió con una ventana de más de 128 MiB; hay que desempaquetarlo antes con `zstd -d --long=31`"},
	{"cannot be decompressed: ", "no se puede descomprimir: "},
	{"ends after %d bytes, inside the pcapng section header", "acaba a los %d octetos, dentro de la cabecera de sección de pcapng"},
	{"ends after %d bytes, inside the 24 bytes of the pcap header", "acaba a los %d octetos, dentro de los 24 de la cabecera de pcap"},
	{"ends after %d bytes, inside the 16 bytes of the snoop header", "acaba a los %d octetos, dentro de los 16 de la cabecera de snoop"},
	{"is a snoop file of version %d; portero reads version 2", "es un fichero snoop de versión %d; portero lee la versión 2"},
	{"is a snoop file of datalink type %d, which portero does not know", "es un fichero snoop con enlace de tipo %d, que portero no conoce"},
	{"damaged at byte %d after %d frames: ", "dañado en el octeto %d, tras %d tramas: "},
	{"damaged at byte %d of what it unpacks to after %d frames: ", "dañado en el octeto %d de lo que contiene, tras %d tramas: "},
	{"damaged at byte %d after 1 frame: ", "dañado en el octeto %d, tras una trama: "},
	{"damaged at byte %d of what it unpacks to after 1 frame: ", "dañado en el octeto %d de lo que contiene, tras una trama: "},
	{"standard input: ", "entrada estándar: "},
	{"another capture begins here, as when captures are joined by cat", "aquí empieza otra captura, como al unir capturas con cat"},
	{"everything before it is in the result; name the captures one by one, or join them with mergecap", "todo lo anterior está en el resultado; hay que nombrar las capturas una a una, o unirlas con mergecap"},
	{"more than the %d interfaces that are kept apart", "más de las %d interfaces que se distinguen"},
	{"everything before it is in the result; what lies behind it is not read", "todo lo anterior está en el resultado; lo que haya detrás no se lee"},
	{"zeros begin here in place of frames: room that was never written, or a disk that lost what was", "aquí empiezan ceros en lugar de tramas: sitio que nunca se escribió, o un disco que perdió lo escrito"},
	{"everything before them is in the result; what may lie behind them is not read", "todo lo anterior está en el resultado; lo que pueda haber detrás no se lee"},
	{"the compressed stream is damaged: ", "el flujo comprimido está dañado: "},
	{"the file ends inside a frame, %d bytes of it are there", "el fichero acaba dentro de una trama, de la que hay %d octetos"},
	{"%s: changed while it was read: %d frames the first time, %d the next; what is told of it may be of both: read a copy of it", "%s: cambió mientras se leía: %d tramas la primera vez, %d la siguiente; lo que se cuenta puede ser de ambas: léase una copia"},
	{"%s: changed while it was read: %d of %d frames to be copied are still there; what is told of it may be of both: read a copy of it", "%s: cambió mientras se leía: de las tramas por copiar quedan %d de %d; lo que se cuenta puede ser de ambas: léase una copia"},
	{"the file ends inside a frame, 1 byte of it is there", "el fichero acaba dentro de una trama, de la que hay 1 octeto"},
	{"the file ends inside a block, %d bytes of it are there", "el fichero acaba dentro de un bloque, del que hay %d octetos"},
	{"the file ends inside a block, 1 byte of it is there", "el fichero acaba dentro de un bloque, del que hay 1 octeto"},
	{"a frame claims %d captured bytes", "una trama dice tener %d octetos capturados"},
	{"a section header without byte-order mark", "una cabecera de sección sin marca de orden de octetos"},
	{"no section header", "no hay cabecera de sección"},
	{"a block of type %#x claims %d bytes", "un bloque de tipo %#x dice tener %d octetos"},
	{"a block of type %#x has two different lengths, %d and %d", "un bloque de tipo %#x tiene dos longitudes distintas, %d y %d"},
	{"a record of %d bytes claims %d captured bytes", "un registro de %d octetos dice tener %d capturados"},
	{"it looks like text; portero reads pcap, pcapng and snoop files, plain or as gzip, zstd or lz4", "parece texto; portero lee ficheros pcap, pcapng y snoop, sin comprimir o en gzip, zstd o lz4"},
	{"it starts with % x, and portero reads pcap, pcapng and snoop files, plain or as gzip, zstd or lz4", "empieza por % x, y portero lee ficheros pcap, pcapng y snoop, sin comprimir o en gzip, zstd o lz4"},
	{"it is a Bluetooth HCI (btsnoop) file; convert it with `editcap -F pcapng`", "es un fichero de Bluetooth HCI (btsnoop); `editcap -F pcapng` lo convierte"},
	{"it is a Microsoft Network Monitor file; convert it with `editcap -F pcapng`", "es un fichero de Microsoft Network Monitor; `editcap -F pcapng` lo convierte"},
	{"it is a Sniffer file; convert it with `editcap -F pcapng`", "es un fichero de Sniffer; `editcap -F pcapng` lo convierte"},
	{"it is a NetXRay file; convert it with `editcap -F pcapng`", "es un fichero de NetXRay; `editcap -F pcapng` lo convierte"},
	{"it is a Viavi Observer file; convert it with `editcap -F pcapng`", "es un fichero de Viavi Observer; `editcap -F pcapng` lo convierte"},
	{"it is a Visual Networks file; convert it with `editcap -F pcapng`", "es un fichero de Visual Networks; `editcap -F pcapng` lo convierte"},
	{"it is a 5View file; convert it with `editcap -F pcapng`", "es un fichero de 5View; `editcap -F pcapng` lo convierte"},
	{"it is an HP-UX nettl file; convert it with `editcap -F pcapng`", "es un fichero de HP-UX nettl; `editcap -F pcapng` lo convierte"},
	{"it is an AIX iptrace file; convert it with `editcap -F pcapng`", "es un fichero de AIX iptrace; `editcap -F pcapng` lo convierte"},
	{"it is a Windows event trace; convert it with `pktmon etl2pcap` or etl2pcapng", "es una traza de eventos de Windows; `pktmon etl2pcap` o etl2pcapng la convierte"},
	{"it is compressed with bzip2; decompress it first", "está comprimido con bzip2; antes hay que descomprimirlo"},
	{"it is compressed with xz; decompress it first", "está comprimido con xz; antes hay que descomprimirlo"},
	{"it is a zip archive; unpack it first", "es un archivo zip; antes hay que extraer lo que contiene"},
	{"it is a tar archive; unpack it first", "es un archivo tar; antes hay que extraer lo que contiene"},
	{"it is a program", "es un programa"},
	{"it is a PDF document", "es un documento PDF"},
	{"the compressed stream is cut short", "el flujo comprimido está cortado"},
	{"the input breaks off: ", "la entrada se interrumpe: "},
	{"everything before it is in the result; copy or capture it again to get the rest", "todo lo anterior está en el resultado; para el resto hay que copiarlo o capturarlo de nuevo"},
	{"name a capture to read (- is standard input)", "falta el nombre de la captura (- es la entrada estándar)"},
	{"name a capture and one of its connections: %s capture.pcap 4%s", "faltan la captura y una de sus conexiones: %s captura.pcap 4%s"},
	{"name the capture before the connection: %s capture.pcap %s%s", "falta la captura, que va antes de la conexión: %s captura.pcap %s%s"},
	{"name one of its connections: %s %s 1%s, as numbered by: portero %s", "falta una de sus conexiones: %s %s 1%s, con los números de: portero %s"},
	{"name a capture: %s capture.pcap%s", "falta la captura: %s captura.pcap%s"},
	{"name two captures: %s monday.pcap tuesday.pcap", "faltan dos capturas: %s lunes.pcap martes.pcap"},
	{"name a second capture to compare it with: %s %s tuesday.pcap", "falta la segunda captura, con la que compararla: %s %s martes.pcap"},
	{"name a port, a verdict or another word: %s 443", "falta un puerto, un veredicto u otra palabra: %s 443"},
	{"name a policy and a capture: portero policy house.policy capture.pcap", "faltan la política y la captura: portero policy casa.policy captura.pcap"},
	{"a filter was given twice: with --filter and after --", "el filtro está dos veces: con --filter y tras --"},
	{"explain: %q is no port: they go from 0 to 65535", "explain: %q no es un puerto: van de 0 a 65535"},
	{"explain: %q is no list of ports (22,80,137-139), or of more than are told at once (100)", "explain: %q no es una lista de puertos (22,80,137-139), o son más de los que se cuentan de una vez (100)"},
	{"explain: %q is no word that portero knows%s", "explain: portero no conoce la palabra %q%s"},
	{"there is no connection %s in it (the table's first column has the numbers)", "no hay ninguna conexión %s en ella (los números están en la primera columna de la tabla)"},
	{"%q names no connection: write its number, @frame, a Community ID, or a:port>b:port", "%q no nombra ninguna conexión: escríbase su número, @trama, un Community ID o a:puerto>b:puerto"},
	{"say where to: -w FILE", "falta decir adónde: -w FICHERO"},
	{"say where to: -o X.html (- is standard output)", "falta decir adónde: -o X.html (- es la salida estándar)"},
	{"a worksheet is made of TCP connections with their flags, or else of exchanges by UDP, and there is neither; portero lab handshake -w X.pcapng makes one", "una hoja se hace con conexiones TCP con sus indicadores, o si no con intercambios UDP, y no hay ni unas ni otros; portero lab handshake -w X.pcapng hace una"},
	{"--at: %q is no time (write 2026-11-23T10:31:07Z, 10:31:07, or seconds since 1970)", "--at: %q no es una hora (escríbase 2026-11-23T10:31:07Z, 10:31:07 o segundos desde 1970)"},
	{"--at needs a capture: what the sockets of this machine were then, nobody wrote down", "--at necesita una captura: los sockets que este equipo tenía entonces nadie los apuntó"},
	{"--speed: %g is no speed (write 0.5, 1, 10)", "--speed: %g no es una velocidad (escríbase 0.5, 1, 10)"},
	{"--threads: %d is none of 1 to %d", "--threads: %d no está entre 1 y %d"},
	{"--limit: %d is no number of rows (0 is all)", "--limit: %d no es un número de filas (0 es todas)"},
	{"--replay: -w would save what is saved already", "--replay: -w guardaría lo que ya está guardado"},
	{"%s: line %d is no record of portero: %v", "%s: la línea %d no es un registro de portero: %v"},
	{"%s: a line of more than %d octets is no record of portero", "%s: una línea de más de %d octetos no es un registro de portero"},
	{"--listening and --seen are for the sockets of this machine: leave the capture out", "--listening y --seen son para los sockets de este equipo: sobra la captura"},
	{"--state: %q is none of open, closed, filtered, silent", "--state: %q no es open, closed, filtered ni silent"},
	{"--state: %q is no state of a socket; there are %s", "--state: %q no es un estado de un socket; los hay: %s"},
	{"--level: %q is none of easy, medium, hard", "--level: %q no es easy, medium ni hard"},
	{"--format: %q is neither text nor json", "--format: %q no es text ni json"},
	{"--format: %q is none of %s", "--format: %q no es ninguno de %s"},
	{"--frames: %q is neither file nor merged", "--frames: %q no es file ni merged"},
	{"--sort and --limit are for captures: name one", "--sort y --limit son para capturas: hace falta una"},
	{"--sort: %q is none of %s", "--sort: %q no es ninguno de %s"},
	{"--color: %q is none of auto, always, never", "--color: %q no es auto, always ni never"},
	{"--fail-on: %q is none of %s", "--fail-on: %q no es ninguno de %s"},
	{"--at: %q is none of client, middle, server", "--at: %q no es client, middle ni server"},
	{"--local: %q is no network (write 198.51.100.0/24)", "--local: %q no es una red (escríbase 198.51.100.0/24)"},
	{"%s: %q is no size (write 64MB or 1G)", "%s: %q no es un tamaño (escríbase 64MB o 1G)"},
	{"language %q is neither en nor es", "la lengua %q no es en ni es"},
	{"--variants is from 1 to 1000, --connections from 1 to 50", "--variants va de 1 a 1000, --connections de 1 a 50"},
	{"--variants makes several sheets: say where to with -o NAME", "--variants hace varias hojas: falta decir adónde con -o NOMBRE"},
	{"%q is no scenario (`portero lab` lists them)", "%q no es ningún escenario (`portero lab` los enumera)"},
	{"--metrics: %q is no address and port (write 127.0.0.1:9899)", "--metrics: %q no es dirección y puerto (escríbase 127.0.0.1:9899)"},
	{"-C, -G and -W rotate the file of -w FILE, which is missing", "-C, -G y -W hacen rotar el fichero de -w FICHERO, que falta"},
	{"standard input is a terminal, and no capture comes from there; write tcpdump -w - | portero read - or name a file", "la entrada estándar es un terminal, y de ahí no viene ninguna captura; escríbase tcpdump -w - | portero read - o el nombre de un fichero"},
	{"-w -: standard output is a terminal, which packets would steer; name a file, or write into a pipe", "-w -: la salida estándar es un terminal, y los paquetes lo gobernarían; hace falta un fichero o una tubería"},
	{"-w -: standard output cannot carry the ladder and packets; add -o FILE for the ladder", "-w -: la salida estándar no puede llevar la escalera y los paquetes; añádase -o FICHERO para la escalera"},
	{"-w -: standard output cannot carry records and packets; add -o FILE for the records", "-w -: la salida estándar no puede llevar registros y paquetes; añádase -o FICHERO para los registros"},
	{"-w -: standard output is not rotated", "-w -: la salida estándar no rota"},
	{"-W COUNT keeps the newest files: give -C SIZE or -G SECONDS too", "-W NÚMERO guarda los ficheros más nuevos: hace falta también -C TAMAÑO o -G SEGUNDOS"},
	{"--rotate-seconds: %q is no time (write 3600 or 1h)", "--rotate-seconds: %q no es un tiempo (escríbase 3600 o 1h)"},
	{"--rotate-seconds: at least one second", "--rotate-seconds: un segundo como mínimo"},
	{"--anonymize-key serves --anonymize, which was not given", "--anonymize-key sirve a --anonymize, que falta"},
	{"--anonymize-key: %s is shorter than 16 octets (%d), and such a key can be guessed (head -c 32 /dev/urandom > KEY makes one)", "--anonymize-key: %s tiene menos de 16 octetos (%d), y una clave así se adivina (head -c 32 /dev/urandom > CLAVE hace una)"},
	{"--rows is from 1 to 1000000, --told from 0 to 100000", "--rows va de 1 a 1000000, --told de 0 a 100000"},
	{"--step and --predict read answers from standard input: name the capture as a file", "--step y --predict leen las respuestas de la entrada estándar: la captura va como fichero"},
	{"--step and --predict talk in the terminal: not with --format or -o", "--step y --predict hablan en la terminal: sin --format ni -o"},
	{"--step or --predict, one of them", "--step o --predict, uno de los dos"},
	{"man: there is no verb %q", "man: no hay ningún verbo %q"},
	{"unknown command %q for %q", "orden %q desconocida en %q"},
	{"unknown flag: %s", "opción desconocida: %s"},
	{" (portero catalog check ", " (portero catalog check "},
	{" lists all)", " los enumera todos)"},
	{" (see `", " (véase `"},
	{" --help`)", " --help`)"},
	{"filter: ", "filtro: "},
	{"--where: ", ""}, {"--lang: ", ""}, {"--to: ", ""}, {"--mmdb: ", ""}, {"--fsync: ", ""}, {": ", ""},

	// portero live
	{"nobody reads it", "nadie lo lee"},
	{": no permission to write it there", ": sin permiso para escribirlo ahí"},
	{": there is no directory to make it in", ": no existe el directorio en el que crearlo"},
	{"--metrics %s: this port is taken (another portero? each needs a port of its own)", "--metrics %s: ese puerto está ocupado (¿otro portero? cada uno necesita el suyo)"},
	{"--duration: %s is no time to stop after (write 30s or 10m)", "--duration: %s no es un tiempo tras el que parar (escríbase 30s o 10m)"},
	{"--interim: %s is no interval (write 1m; 0 is never)", "--interim: %s no es un intervalo (escríbase 1m; 0 es nunca)"},
	{"--interim: at least one second (0 is never)", "--interim: un segundo como mínimo (0 es nunca)"},
	{"--lanes: %d is none of 0 to %d (0 chooses)", "--lanes: %d no está entre 0 y %d (0 elige)"},
	{"--sort and --limit hold %d records at most: give a lower --limit, or sort what is written without them", "--sort y --limit retienen %d registros como mucho: hace falta un --limit menor, u ordenar lo que se escribe sin ellos"},
	{"--snaplen: %d is none of 0 to %d octets (0 is all)", "--snaplen: %d no está entre 0 y %d octetos (0 es todo)"},
	{"--plain and --format %s are two forms of the same lines: leave one of them out", "--plain y --format %s son dos formas de las mismas líneas: sobra una"},
	{"--speed is for --replay FILE, which is missing", "--speed es para --replay FICHERO, que falta"},
	{"%s: there is such a frame in %s and in %s: write the number of the table's first column, or --frames merged", "%s: hay una trama así en %s y en %s; escríbase el número de la primera columna de la tabla, o --frames merged"},
	{"--fields is for --format ndjson, json, csv and tsv", "--fields es para --format ndjson, json, csv y tsv"},
	{"--fsync is for -w FILE, which is missing", "--fsync es para -w FICHERO, que falta"},
	{"--replay shows a saved capture: leave the interface out", "--replay muestra una captura guardada: sobra la interfaz"},
	{"%q is none of file, flush, never", "%q no es file, flush ni never"},
	{"--buffer-size: %s is none of 1M to 1G", "--buffer-size: %s no está entre 1M y 1G"},
	{"--memory: %s is too little (8M at least)", "--memory: %s es demasiado poco (8M como mínimo)"},
	{"too few descriptors are allowed here: portero live needs %d (ulimit -n %d)", "aquí se permiten muy pocos descriptores: portero live necesita %d (ulimit -n %d)"},
}

var verb = regexp.MustCompile(`%(?:#x|[ ]?x|[qsdvg])`)

type pattern struct {
	en *regexp.Regexp
	es string
}

// patterns are the messages, the longest first, so that a part of one is not taken
// for another.
var patterns = sync.OnceValue(func() []pattern { return compile(messages, elsewhereMessages) })

// filterPatterns are all messages. Those of filters are made of small parts, like "a
// number", which say nothing elsewhere.
var filterPatterns = sync.OnceValue(func() []pattern { return compile(messages, elsewhereMessages, filterMessages) })

func compile(lists ...[][2]string) []pattern {
	var ps []pattern
	all := slices.Concat(lists...)
	literal := func(m [2]string) int { return len(verb.ReplaceAllString(m[0], "")) }
	slices.SortStableFunc(all, func(a, b [2]string) int { return literal(b) - literal(a) })
	for _, m := range all {
		if m[1] == "" || m[0] == m[1] {
			continue
		}
		parts := verb.Split(m[0], -1)
		verbs := verb.FindAllString(m[0], -1)
		var re strings.Builder
		for i, p := range parts {
			re.WriteString(regexp.QuoteMeta(p))
			if i == len(verbs) {
				break
			}
			switch verbs[i] {
			case "%q":
				re.WriteString(`("(?:[^"\\]|\\.)*")`)
			case "%d":
				re.WriteString(`(-?[0-9]+)`)
			case "%g":
				re.WriteString(`([-+.0-9a-zA-Z]+)`)
			case "%#x":
				re.WriteString(`(0x[0-9a-f]+)`)
			case "% x":
				re.WriteString(`([0-9a-f ]+)`)
			default:
				re.WriteString(`(.*)`)
			}
		}
		n := 0
		es := verb.ReplaceAllStringFunc(strings.ReplaceAll(m[1], "$", "$$"), func(string) string { n++; return "${" + string(rune('0'+n)) + "}" })
		ps = append(ps, pattern{regexp.MustCompile(re.String()), es})
	}
	return ps
}

// Message says a message of standard error in a language. What it does not know
// stays as it is.
func Message(l Lang, s string) string {
	if l != Spanish {
		return s
	}
	asked := strings.Contains(s, "did you mean ")
	ps := patterns
	if strings.Contains(s, "filter: ") || strings.Contains(s, "--where: ") {
		ps = filterPatterns
	}
	for _, p := range ps() {
		s = p.en.ReplaceAllString(s, p.es)
	}
	if asked {
		s = strings.ReplaceAll(s, ", or ", " o ")
	}
	return s
}

// HasMessage reports whether a message, as the code writes it, has its Spanish
// form.
func HasMessage(en string) bool {
	for _, m := range slices.Concat(messages, elsewhereMessages, filterMessages) {
		if m[0] == en {
			return true
		}
		if i := strings.Index(m[0], "is none of %s"); i >= 0 && strings.HasPrefix(en, m[0][:i]+"is none of ") {
			return true
		}
	}
	return false
}
