package findings

import (
	"fmt"
	"time"
)

// Kind is what is said of every finding of one kind.
type Kind struct {
	ID       string
	Severity string // the worst it can have
	Basis    string
	Attack   string // ATT&CK technique, "" without one
	Title    [2]string
	Means    [2]string // what it usually means
	Innocent [2]string // causes without guilt
	Next     [2]string // what to check
}

func both(en, es string) [2]string { return [2]string{en, es} }

var kinds = []Kind{
	{"scan-ports", "medium", "observed", "T1046", both("many doors of one machine were tried", "se probaron muchas puertas de un equipo"),
		both("Somebody looks for what a machine offers.", "Alguien busca qué ofrece un equipo."),
		both("an inventory or audit of one's own; a program that looks for its server on a list of ports; answers that went another way past the capture.", "un inventario o auditoría propios; un programa que busca su servidor en una lista de puertos; respuestas que pasaron por otro camino."),
		both("Ask who runs the caller, and look at the doors that answered.", "Conviene preguntar de quién es el equipo que llama y mirar las puertas que contestaron.")},
	{"scan-hosts", "high", "observed", "T1046", both("the same door was tried on many machines", "se probó la misma puerta en muchos equipos"),
		both("Somebody looks for machines with one service, as worms and botnets do.", "Alguien busca equipos con un servicio, como hacen los gusanos y las redes de equipos capturados."),
		both("monitoring, an inventory, a client with an old list of servers; many machines behind one address; answers that went another way past the capture.", "monitorización, un inventario, un cliente con una lista vieja de servidores; muchos equipos detrás de una misma dirección; respuestas que pasaron por otro camino."),
		both("See which program of the caller does it.", "Conviene ver qué programa del equipo que llama lo hace.")},
	{"scan-answered", "high", "observed", "T1046", both("the same door was opened on machine after machine", "se abrió la misma puerta en un equipo tras otro"),
		both("A worm or a scanner goes from machine to machine by a service that is not for strangers, and they let it in.", "Un gusano o un explorador va de equipo en equipo por un servicio que no es para extraños, y lo dejan entrar."),
		both("monitoring, an inventory or a release of one's own machines elsewhere; research that measures the Internet; many machines behind one address. (Both ends inside, or of one net, is not this; who comes back by the clock neither.)", "monitorización, un inventario o una publicación en equipos propios de otro sitio; una investigación que mide Internet; muchos equipos detrás de una misma dirección. (Si los dos extremos son interiores o de una misma red, no es esto; si vuelve con la regularidad de un reloj, tampoco.)"),
		both("See which program of the caller does it, and whose the machines are that let it in.", "Conviene ver qué programa del equipo que llama lo hace y de quién son los equipos que lo dejaron entrar.")},
	{"scan-stealth", "medium", "observed", "T1046", both("segments that no normal program sends", "segmentos que ningún programa normal envía"),
		both("A scanner asks with odd flags or tries IP protocols one by one, hoping not to be logged.", "Un explorador pregunta con indicadores raros o prueba protocolos IP uno a uno para no quedar registrado."),
		both("a broken network device; late segments of connections from before the capture.", "un equipo de red averiado; segmentos rezagados de conexiones anteriores a la captura."),
		both("Look at the flags of the frames named here.", "Conviene mirar los indicadores de las tramas nombradas.")},
	{"scan-udp", "low", "observed", "T1046", both("questions to many UDP ports or machines, without an answer", "preguntas a muchos puertos UDP o equipos, sin respuesta"),
		both("Somebody looks for services that answer without a connection.", "Alguien busca servicios que contestan sin conexión."),
		both("games and calls that try many ways; discovery of printers and disks; a server that is down; answers that went another way past the capture.", "juegos y llamadas que prueban muchos caminos; búsqueda de impresoras y discos; un servidor caído; respuestas que pasaron por otro camino."),
		both("See whether one program explains it.", "Conviene ver si un solo programa lo explica.")},
	{"scan-arp", "low", "observed", "T1018", both("neighbour after neighbour was asked for", "se preguntó por un vecino tras otro"),
		both("A program looks for the machines of its own network: it asks by ARP for address after address, most of which nobody has.", "Un programa busca los equipos de su propia red: pregunta por ARP por una dirección tras otra, y la mayoría no son de nadie."),
		both("an inventory or a monitor of one's own; a gateway, when somebody outside calls all addresses behind it (one that DHCP names, or that others asked for before, is info); a server that looks whether an address is free.", "un inventario o una vigilancia propios; una puerta de enlace, cuando alguien de fuera llama a todas las direcciones de dentro (la que nombra DHCP, o por la que otros preguntaron antes, es informativa); un servidor que mira si una dirección está libre."),
		both("See which program of that machine asks; for a gateway, who calls from outside.", "Conviene ver qué programa de ese equipo pregunta; si es la puerta de enlace, quién llama desde fuera.")},
	{"flood-halfopen", "high", "observed", "T1499.001", both("calls that ring and never speak", "llamadas que suenan y nadie habla"),
		both("Openings that nobody finishes fill a server's waiting room; the callers' addresses are usually forged, so they are not to blame.", "Aperturas que nadie termina llenan la sala de espera de un servidor; las direcciones de quienes llaman suelen ser falsas, así que no tienen culpa."),
		both("a load test; a path on which the replies are lost; a load balancer that looks whether the door answers; a server that is down, and clients that need it.", "una prueba de carga; un camino en el que se pierden las respuestas; un repartidor de carga que mira si la puerta contesta; un servidor caído y clientes que lo necesitan."),
		both("See whether SYN cookies are on, and what honest callers get.", "Conviene ver si están activas las SYN cookies y qué reciben los que llaman de verdad.")},
	{"flood-datagrams", "medium", "observed", "T1498.001", both("datagrams from everywhere onto one place", "datagramas de todas partes a un mismo sitio"),
		both("Many addresses at once send to one machine that answers none of them; the addresses are usually forged, so they are not to blame.", "Muchas direcciones a la vez envían a un equipo que no contesta a ninguna; las direcciones suelen ser falsas, así que no tienen culpa."),
		both("a collector that only listens (logs, measurements); answers that went another way past the capture; a service that is down, and clients that need it.", "un colector que solo escucha (registros, medidas); respuestas que pasaron por otro camino; un servicio caído y clientes que lo necesitan."),
		both("See whether a program listens there, and from where the packets enter the network.", "Conviene ver si ahí escucha un programa y por dónde entran los paquetes en la red.")},
	{"flood-reset", "low", "observed", "T1499.002", both("connections cut off in a burst", "conexiones cortadas en ráfaga"),
		both("Often a fault: a server restarts, or something between cuts connections.", "Muchas veces es una avería: un servidor que vuelve a arrancar, o algo en el camino que corta las conexiones."),
		both("a program that ends every connection with RST; a load balancer that checks.", "un programa que termina toda conexión con RST; un repartidor de carga que comprueba."),
		both("Look at who sent the RST and whether its TTL is that of the server.", "Conviene mirar quién envió el RST y si su TTL es el del servidor.")},
	{"flood-amplify", "high", "observed", "T1498.002", both("small questions, large answers", "preguntas pequeñas, respuestas grandes"),
		both("Servers are made to shout at a machine that asked for little or nothing; that machine is the victim.", "Se hace gritar a servidores contra un equipo que preguntó poco o nada; ese equipo es la víctima."),
		both("a large transfer over a protocol of questions, as walks of SNMP are (of names and tables that a machine inside was seen to ask for it is low); questions that went another way past the capture (of few machines, then it is low).", "una transferencia grande por un protocolo de preguntas, como los recorridos de SNMP (si son nombres o tablas que se vio pedir a un equipo interior, es de gravedad baja); preguntas que pasaron por otro camino (de pocos equipos, entonces es de gravedad baja)."),
		both("See whether the machine really asked; close the service to strangers.", "Conviene ver si el equipo preguntó de verdad y cerrar el servicio a extraños.")},
	{"backscatter", "info", "observed", "T1499.001", both("answers to those who never asked", "respuestas a quien nunca preguntó"),
		both("Somebody floods this machine under forged names, some of which lie here; the machine that answers is the victim, and so are the names. Where many answer one machine, its name was forged, so that they flood it.", "Alguien inunda este equipo con nombres falsos, y algunos están aquí; el equipo que contesta es la víctima, y esos nombres también. Si muchos contestan a un solo equipo, alguien usó su nombre para que lo inunden."),
		both("the question went another way past the capture; a server whose callers' connections were forgotten by a firewall.", "la pregunta pasó por otro camino; un servidor cuyas conexiones olvidó un cortafuegos."),
		both("Nothing to blame on anybody here; the victim may like to know.", "Aquí no hay a quién culpar; a la víctima quizá le sirva saberlo.")},
	{"auth-guessing", "high", "observed", "T1110.001", both("many short sessions at a login", "muchas sesiones cortas en una puerta con contraseña"),
		both("Somebody tries passwords one after the other.", "Alguien prueba contraseñas una tras otra."),
		both("automation that logs in for every step; a client with an old password; a monitor that looks whether the door answers; many people behind one address.", "automatización que entra en cada paso; un cliente con una contraseña vieja; una monitorización que mira si la puerta contesta; muchas personas detrás de una misma dirección."),
		both("Read the server's log for refused logins.", "Conviene leer en el registro del servidor los intentos rechazados.")},
	{"beacon", "medium", "observed", "T1071", both("calls like clockwork", "llamadas con la regularidad de un reloj"),
		both("A program calls the same place at even intervals, as remote-controlled programs do, and many honest ones too.", "Un programa llama al mismo sitio a intervalos iguales, como hacen los programas mandados a distancia, y muchos honrados también."),
		both("updates, monitoring, synchronisation, mail; both ends are of one's own network (then it is low).", "actualizaciones, monitorización, sincronización, correo; los dos extremos son de la propia red (entonces es baja)."),
		both("See which program calls and whose the other end is.", "Conviene ver qué programa llama y de quién es el otro extremo.")},
	{"cleartext-credentials", "high", "observed", "T1040", both("a password travelled readable", "una contraseña viajó legible"),
		both("Who can listen on the way can log in as well. The secret is never kept here, only whose it was and how long.", "Quien pueda escuchar por el camino puede entrar también. Aquí nunca se guarda el secreto, solo de quién era y su longitud."),
		both("a device or test account; a community string that everybody has; a tunnel that encrypts further out; both ends are one machine (then it is info).", "un aparato o una cuenta de prueba; una comunidad que todos tienen; un túnel que cifra más afuera; los dos extremos son un mismo equipo (entonces es informativa)."),
		both("Change that password, and use the encrypted form of the service.", "Conviene cambiar esa contraseña y usar la forma cifrada del servicio.")},
	{"cleartext-protocol", "low", "observed", "T1040", both("this service does not encrypt", "este servicio no cifra"),
		both("A service with a login is spoken readable; no password was seen in what was looked at.", "Se habla legible un servicio con identificación; en lo que se miró no se vio ninguna contraseña."),
		both("a device that knows no other way; a test; encryption further out; both ends are one machine (then it is info).", "un aparato que no sabe hacerlo de otro modo; una prueba; un cifrado más afuera; los dos extremos son un mismo equipo (entonces es informativa)."),
		both("Use the encrypted form of the service.", "Conviene usar la forma cifrada del servicio.")},
	{"port-mismatch", "medium", "observed", "T1571", both("a known language in an unusual door", "un idioma conocido en una puerta poco habitual"),
		both("What was spoken is known, and usually lives on another number: moved on purpose, or to get past a firewall.", "Lo que se habló se conoce y suele vivir en otro número: mudado a propósito o para pasar un cortafuegos."),
		both("an administrator who moved the service; a test server; a proxy.", "quien administra mudó el servicio; un servidor de prueba; un intermediario."),
		both("See which program serves there, and whether its owner knows.", "Conviene ver qué programa atiende ahí y si su dueño lo sabe.")},
	{"tls-weak", "medium", "observed", "T1557", both("an old lock", "una cerradura antigua"),
		both("The version or the cipher that both sides agreed on can be broken or is to be given up (RFC 8996).", "La versión o el cifrado que acordaron los dos puede romperse o debe abandonarse (RFC 8996)."),
		both("an old device; a test.", "un aparato antiguo; una prueba."),
		both("See which of the two cannot do better, and bring it up to date.", "Conviene ver cuál de los dos no sabe más y ponerlo al día.")},
	{"tls-certificate", "medium", "observed", "T1557", both("the identity card is out of date or home-made", "el carné está caducado o hecho en casa"),
		both("The certificate is not one that a browser would take. Only TLS 1.2 and older show it; in 1.3 it is encrypted.", "El certificado no es de los que acepta un navegador. Solo se ve hasta TLS 1.2; en 1.3 va cifrado."),
		both("a device's own page, a laboratory, an authority of the house; the clock of the capture.", "la página propia de un aparato, un laboratorio, una autoridad de la casa; el reloj de la captura."),
		both("See whose certificate it is, and whether the client was told to accept it.", "Conviene ver de quién es el certificado y si al cliente se le dijo que lo aceptara.")},
	{"dns-tunnel", "medium", "observed", "T1071.004", both("the phone book is being used to send letters", "la guía telefónica se usa para mandar cartas"),
		both("Many long names, all of one domain or of none, as tunnels make them that carry data inside DNS questions.", "Muchos nombres largos, todos de un dominio o de ninguno, como los hacen los túneles que llevan datos dentro de preguntas DNS."),
		both("a service that puts keys into names (anti-virus, telemetry, content networks not known here).", "un servicio que mete claves en los nombres (antivirus, telemetría, redes de contenidos que aquí no se conocen)."),
		both("See whose domain it is, who answers, and which program asks.", "Conviene ver de quién es el dominio, quién contesta y qué programa pregunta.")},
	{"lan-poisoning", "medium", "observed", "T1557", both("somebody answers in another's place", "alguien contesta en lugar de otro"),
		both("On a local network whoever answers first is believed: two machines hold one address, several hand out addresses, or one answers for many names.", "En una red local se cree a quien contesta primero: dos equipos tienen una dirección, varios reparten direcciones o uno contesta por muchos nombres."),
		both("a spare machine that takes over, a second DHCP server on purpose, an address given twice by mistake; a name service of the house.", "un equipo de reserva que toma el relevo, un segundo servidor DHCP a propósito, una dirección dada dos veces por error; un servicio de nombres de la casa."),
		both("Find the machines by their hardware addresses, and see which of them belongs there.", "Conviene buscar los equipos por su dirección física y ver cuál debe estar ahí.")},
	{"payload-unknown", "low", "observed", "T1573", both("nobody recognises this language", "nadie reconoce este idioma"),
		both("Both sides sent much that looks random and begins like nothing known: enciphered in a way of its own, or compressed.", "Los dos enviaron mucho que parece aleatorio y no empieza como nada conocido: cifrado a su manera, o comprimido."),
		both("a game, a messenger, a VPN or a backup with a protocol of its own; a protocol not known here.", "un juego, una mensajería, una VPN o una copia de seguridad con protocolo propio; un protocolo que aquí no se conoce."),
		both("See which program speaks there.", "Conviene ver qué programa habla ahí.")},
	{"not-in-policy", "medium", "observed", "", both("a door that the policy does not name", "una puerta que la política no nombra"),
		both("A machine answered on a door, or to a caller, that the policy given with --policy does not expect.", "Un equipo contestó en una puerta, o a alguien, que la política dada con --policy no espera."),
		both("a policy that is not up to date.", "una política que no está al día."),
		both("Close the door, or write it into the policy.", "Conviene cerrar la puerta o escribirla en la política.")},
	{"shell-given", "high", "observed", "T1059", both("a shell for whoever is at the other end", "un shell para quien esté al otro lado"),
		both("A program holds the ends of a shell, which greets without asking for a name or a password: who calls that door has the machine, or the machine itself called out and handed its shell over (a reverse shell).", "Un programa tiene los extremos de un shell (intérprete de órdenes), que saluda sin pedir nombre ni contraseña: quien llama a esa puerta tiene el equipo, o el propio equipo llamó fuera y entregó su shell (shell inverso)."),
		both("an exercise or a test of one's own; an administrator who lends himself a shell (nc, socat). (Within one machine it is info.)", "un ejercicio o una prueba propios; quien administra y se presta un shell (nc, socat). (Dentro de un mismo equipo es informativo.)"),
		both("See which program of the machine whose shell it is holds the connection, and what was typed: it went in clear (portero extract).", "Conviene ver qué programa del equipo al que pertenece el shell tiene la conexión y qué se tecleó: fue en claro (portero extract).")},
	{"mining", "medium", "observed", "T1496", both("a machine mines coins", "un equipo mina monedas"),
		both("The protocol of coin mining was spoken.", "Se habló el protocolo de la minería de monedas."),
		both("an owner who mines; research.", "un dueño que mina; una investigación."),
		both("See which program calls, and who pays for its electricity.", "Conviene ver qué programa llama y quién paga su electricidad.")},
	{"anonymity", "info", "observed", "T1090", both("a way on which others go unseen", "un camino por el que otros pasan sin verse"),
		both("A tunnel, a proxy or an anonymity network hides who talks to whom.", "Un túnel, un intermediario o una red de anonimato oculta quién habla con quién."),
		both("work from home; a liking for privacy.", "trabajo a distancia; gusto por la intimidad."),
		both("A question of house rules.", "Es cuestión de las normas de la casa.")},
	{"upload-large", "low", "observed", "T1048", both("much was carried out", "salió mucho"),
		both("One machine inside sent far more to one address of the Internet than it got.", "Un equipo interior envió a una dirección de Internet mucho más de lo que recibió."),
		both("backup, pictures, a call with video, a release.", "copias de seguridad, fotos, una videollamada, una publicación."),
		both("See which program sends, and whose the other end is.", "Conviene ver qué programa envía y de quién es el otro extremo.")},
	{"listener-new", "medium", "observed", "T1205", both("a door that was not seen before", "una puerta que antes no se había visto"),
		both("A machine that was watched for a while was seen to serve something for the first time. It may have waited there before, and nobody came.", "A un equipo que se miró un tiempo se le vio atender algo por primera vez. Quizá ya esperaba ahí antes y nadie vino."),
		both("a new service, an update, something rarely used.", "un servicio nuevo, una actualización, algo poco usado."),
		both("See which program listens, and since when.", "Conviene ver qué programa escucha y desde cuándo.")},
	{"address-bogon", "low", "observed", "T1498", both("a sender that cannot exist", "un remitente que no puede existir"),
		both("The sender's address is one that no machine has on a network, or its receiver's own: forged, or a fault.", "La dirección del remitente no la tiene ningún equipo en una red, o es la de quien recibe: falsa, o una avería."),
		both("a broken program or network device; a test.", "un programa o equipo de red averiado; una prueba."),
		both("Find the machine by its hardware address; let only real senders out.", "Conviene buscar el equipo por su dirección física y dejar salir solo remitentes reales.")},
	{"exposure", "high", "observed", "T1133", both("a room meant for the inside opens onto the street", "una habitación interior da a la calle"),
		both("An address of the Internet was served by a machine inside, on a number whose service is not meant for it.", "Una dirección de Internet fue atendida por un equipo interior, en un número cuyo servicio no es para ella."),
		both("a known partner's address; another service on this number.", "la dirección de un socio conocido; otro servicio en este número."),
		both("See who may reach it, and let in only those who need it.", "Conviene ver quién puede llegar y dejar pasar solo a quien lo necesita.")},
	{"port-dynamic-server", "low", "observed", "T1571", both("a fixed service in the numbers meant for callers", "un servicio fijo en los números de los que llaman"),
		both("Several clients found a server in the dynamic range.", "Varios clientes encontraron un servidor en la zona dinámica."),
		both("data connections of FTP, RPC, calls, games, programs between equals.", "conexiones de datos de FTP, RPC, llamadas, juegos, programas entre iguales."),
		both("See which program listens there.", "Conviene ver qué programa escucha ahí.")},
	{"lateral-admin", "low", "observed", "T1021", both("one machine inside goes to many by doors that administer", "un equipo interior va a muchos por puertas de administración"),
		both("Remote control or shares opened on several machines from one.", "Control remoto o recursos compartidos abiertos en varios equipos desde uno."),
		both("an administrator's machine; backup; monitoring that looks whether such doors answer; a file server's clients seen the wrong way round.", "el equipo de quien administra; copias de seguridad; vigilancia que mira si esas puertas contestan; clientes de un servidor de ficheros vistos al revés."),
		both("See whether that machine is meant to do this.", "Conviene ver si a ese equipo le toca hacerlo.")},
	{"port-backdoor", "low", "hint", "T1571", both("an old trojan used this number", "un troyano antiguo usaba este número"),
		both("That alone proves nothing: numbers are reused, and a service of today may answer here.", "Eso solo no prueba nada: los números se reutilizan y puede contestar un servicio de hoy."),
		both("any program that was given this number.", "cualquier programa al que se le dio este número."),
		both("See what really answers there and which program it is.", "Conviene ver qué contesta ahí de verdad y qué programa es.")},
}

// IDs lists the names of the kinds.
func IDs() []string {
	var ids []string
	for _, k := range kinds {
		ids = append(ids, k.ID)
	}
	return ids
}

// Kinds lists the kinds of findings.
func Kinds() []Kind { return kinds }

// KindOf returns the kind called id.
func KindOf(id string) (Kind, bool) {
	for _, k := range kinds {
		if k.ID == id {
			return k, true
		}
	}
	return Kind{}, false
}

// span says a duration in words.
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/1e6)
	case d < 2*time.Minute:
		return fmt.Sprintf("%.3g s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.3g min", d.Minutes())
	}
	return fmt.Sprintf("%.3g h", d.Hours())
}
