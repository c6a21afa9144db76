package explain

import (
	"fmt"
	"strings"

	"portero/catalog"
	"portero/catalog/identify"
	lang "portero/internal/words"
)

// services says what is spoken under the names that no port has.
var services = map[identify.Protocol][2]string{
	identify.TLS:               {"encryption under the web, mail and much else", "cifrado bajo la web, el correo y mucho más"},
	identify.DTLS:              {"TLS in datagrams: voice, video, VPNs", "TLS en datagramas: voz, vídeo, VPN"},
	identify.HTTPProxy:         {"a request to a proxy to call somebody else", "una petición a un proxy para que llame a otro"},
	identify.WebSocket:         {"messages both ways in a connection of the web", "mensajes en ambos sentidos en una conexión de la web"},
	identify.FTPData:           {"a file or a list on its way, in a connection that one of FTP announced", "un fichero o una lista en camino, por una conexión que otra de FTP anunció"},
	identify.DHCP:              {"addresses lent to the machines of a network", "direcciones prestadas a los equipos de una red"},
	identify.DHCPv6:            {"addresses of IPv6 lent to the machines of a network", "direcciones de IPv6 prestadas a los equipos de una red"},
	identify.BitTorrentDHT:     {"how programs of BitTorrent find one another", "cómo se encuentran los programas de BitTorrent"},
	identify.BitTorrentTracker: {"who has a file of BitTorrent", "quién tiene un fichero de BitTorrent"},
	identify.UTP:               {"BitTorrent's data in datagrams", "los datos de BitTorrent en datagramas"},
	identify.IKE:               {"keys for IPsec", "claves para IPsec"},
	identify.ESP:               {"IPsec's packets in datagrams, to pass NAT", "los paquetes de IPsec en datagramas, para pasar el NAT"},
	identify.H323:              {"calls of older telephones and video rooms", "llamadas de teléfonos y salas de vídeo antiguos"},
	identify.RIP:               {"routers that tell one another the ways", "routers que se cuentan las rutas"},
	identify.RTP:               {"voice and video", "voz y vídeo"},
	identify.RTCP:              {"how well voice and video arrive", "cómo llegan la voz y el vídeo"},
	identify.RTMP:              {"live video on its way to a platform", "vídeo en directo hacia una plataforma"},
	identify.Modbus:            {"controllers of machines, without a login", "controladores industriales, sin identificarse"},
	identify.Stratum:           {"coin mining", "minería de criptomonedas"},
	identify.SourceQuery:       {"questions to game servers", "preguntas a servidores de juegos"},
	identify.MMS:               {"substations of power networks", "subestaciones eléctricas"},
	identify.NetFlow:           {"a router's lists of connections, to a collector", "listas de conexiones de un router, hacia un colector"},
	identify.BFD:               {"routers that watch whether the way still works", "routers que vigilan si el camino funciona"},
	identify.CAPWAP:            {"Wi-Fi access points and their controller", "puntos de acceso wifi y su controlador"},
	identify.WakeOnLAN:         {"a packet that switches a machine on", "un paquete que enciende un equipo"},
	identify.NATPMP:            {"a program asks the router to open a port", "un programa pide al router que abra un puerto"},
	identify.UBNT:              {"discovery of Ubiquiti's devices", "búsqueda de equipos de Ubiquiti"},
	identify.MNDP:              {"discovery of MikroTik's routers", "búsqueda de routers de MikroTik"},
	identify.Collectd:          {"figures of a machine, to whoever collects them", "cifras de un equipo, hacia quien las recoge"},
	identify.PJL:               {"a print job", "un trabajo de impresión"},
	identify.Iperf:             {"a test of how fast a network is", "una prueba de la velocidad de una red"},
	identify.KNX:               {"light, blinds and heating of buildings", "luces, persianas y calefacción de edificios"},
	identify.SOMEIP:            {"the computers in a car", "los equipos de un coche"},
	identify.DoIP:              {"diagnosis of cars", "diagnosis de coches"},
	identify.Synchrophasor:     {"measurements of power networks", "medidas de redes eléctricas"},
	identify.FINS:              {"Omron's controllers of machines", "controladores industriales de Omron"},
	identify.ArtNet:            {"stage lights", "luces de escenario"},
	identify.SACN:              {"stage lights", "luces de escenario"},
	identify.LoRa:              {"a gateway of LoRaWAN sensors and its server", "una pasarela de sensores LoRaWAN y su servidor"},
	identify.Kasa:              {"plugs and lamps of TP-Link", "enchufes y lámparas de TP-Link"},
	identify.Tuya:              {"plugs, lamps and other things of Tuya", "enchufes, lámparas y otros aparatos de Tuya"},
	identify.MiIO:              {"Xiaomi's devices", "aparatos de Xiaomi"},
	identify.DHIP:              {"Dahua's cameras and recorders", "cámaras y grabadores de Dahua"},
	identify.SADP:              {"search for Hikvision's cameras", "búsqueda de cámaras de Hikvision"},
	identify.BJNP:              {"Canon's printers and scanners", "impresoras y escáneres de Canon"},
	identify.Fox:               {"Niagara stations that run buildings", "estaciones Niagara que gobiernan edificios"},
	identify.FIX:               {"orders to a stock exchange", "órdenes a una bolsa"},
	identify.OpenWire:          {"messages to an ActiveMQ broker", "mensajes a un broker ActiveMQ"},
	identify.ZMTP:              {"messages of ZeroMQ, Salt among them", "mensajes de ZeroMQ, entre ellos los de Salt"},
	identify.ClickHouse:        {"the ClickHouse database", "la base de datos ClickHouse"},
	identify.DRDA:              {"the databases Db2 and Derby", "las bases de datos Db2 y Derby"},
	identify.Firebird:          {"the Firebird database", "la base de datos Firebird"},
	identify.JDWP:              {"the debugger of a Java program: whoever reaches it runs what he likes", "el depurador de un programa Java: quien llega a él ejecuta lo que quiere"},
	identify.FastCGI:           {"a web server and the programs behind it", "un servidor web y los programas detrás"},
	identify.RELP:              {"rsyslog's log lines", "las líneas de registro de rsyslog"},
	identify.NetTCP:            {"services of Microsoft's .NET", "servicios de .NET, de Microsoft"},
	identify.Checkmk:           {"the agent of the monitor Checkmk", "el agente del monitor Checkmk"},
	identify.RakNet:            {"games such as Minecraft's Bedrock edition and Roblox", "juegos como la edición Bedrock de Minecraft y Roblox"},
	identify.Mumble:            {"questions to voice servers of players", "preguntas a servidores de voz de jugadores"},
	identify.TeamSpeak:         {"voice of players", "voz de jugadores"},
	identify.Tailscale:         {"a VPN whose nodes look for a way to each other", "una VPN cuyos nodos buscan camino entre sí"},
	identify.Steam:             {"Steam looks for other machines in the house", "Steam busca otros equipos en la casa"},
	identify.Dropbox:           {"Dropbox looks for other machines in the network", "Dropbox busca otros equipos en la red"},
	identify.Spotify:           {"Spotify looks for speakers in the network", "Spotify busca altavoces en la red"},
	identify.Syncthing:         {"Syncthing looks for other machines in the network", "Syncthing busca otros equipos en la red"},
	identify.MGCP:              {"commands to telephones and their gateways", "órdenes a teléfonos y sus pasarelas"},
	identify.RTPS:              {"messages of DDS: robots (ROS 2), vehicles, simulators", "mensajes de DDS: robots (ROS 2), vehículos, simuladores"},
	identify.ZeroTier:          {"a VPN whose nodes greet one another", "una VPN cuyos nodos se saludan"},
	identify.MQTTSN:            {"sensors that send to a gateway of MQTT", "sensores que envían a una pasarela de MQTT"},
	identify.StatsD:            {"figures of a program, to whoever collects them", "cifras de un programa, hacia quien las recoge"},
	identify.DNSCrypt:          {"names asked for in secret, before DNS over TLS", "nombres preguntados en secreto, anterior al DNS sobre TLS"},
	identify.Discord:           {"a call of Discord", "una llamada de Discord"},
	identify.Ethereum:          {"nodes of Ethereum", "nodos de Ethereum"},
	identify.HiSLIP:            {"measuring instruments of a laboratory", "instrumentos de medida de un laboratorio"},
	identify.TCPCL:             {"messages that wait for the next contact (DTN), passed on", "mensajes que esperan el próximo contacto (DTN), entregados al siguiente"},
	identify.Bundle:            {"messages that wait for the next contact (DTN), each a datagram", "mensajes que esperan el próximo contacto (DTN), cada uno un datagrama"},
	identify.DLEP:              {"a router and its radio, which says how good the link is", "un router y su radio, que le dice cómo va el enlace"},
	identify.Gnutella:          {"files shared by programs of Gnutella", "ficheros compartidos por programas de Gnutella"},
	identify.Z3950:             {"a search in the catalogue of a library", "una búsqueda en el catálogo de una biblioteca"},
	identify.LNet:              {"disks of Lustre, for machines that compute together", "discos de Lustre, para equipos que calculan juntos"},
	identify.EGD:               {"data that controllers of GE send each other", "datos que se envían los controladores de GE"},
	identify.IBMMQ:             {"queues of messages of IBM MQ", "colas de mensajes de IBM MQ"},
	identify.Thrift:            {"calls between services, in Apache Thrift", "llamadas entre servicios, en Apache Thrift"},
	identify.Hadoop:            {"programs of Hadoop, which call each other", "programas de Hadoop, que se llaman unos a otros"},
	identify.T3:                {"WebLogic's own language", "el idioma propio de WebLogic"},
	identify.NoMachine:         {"a screen from afar, of NoMachine", "una pantalla a distancia, de NoMachine"},
	identify.JSONRPC:           {"calls between programs, written in JSON", "llamadas entre programas, escritas en JSON"},
	identify.NBD:               {"a disk served over the network", "un disco servido por la red"},
	identify.Libp2p:            {"programs that agree on a language, as those of IPFS do", "programas que acuerdan un idioma, como los de IPFS"},
	identify.Monero:            {"nodes of Monero", "nodos de Monero"},
	identify.MPD:               {"a player of music, steered from afar", "un reproductor de música, gobernado a distancia"},
	identify.Asterisk:          {"a telephone exchange of Asterisk, steered from afar", "una centralita de Asterisk, gobernada a distancia"},
	identify.Distcc:            {"programs compiled by other machines", "programas compilados en otros equipos"},
	identify.MySQLX:            {"MySQL's newer language, for documents as well as tables", "el idioma más nuevo de MySQL, para documentos además de tablas"},
	identify.ManageSieve:       {"rules by which a mail server sorts what comes", "reglas con que un servidor de correo ordena lo que llega"},
	identify.Beats:             {"logs on their way to Logstash", "registros camino de Logstash"},
	identify.GELF:              {"logs on their way to Graylog", "registros camino de Graylog"},
	identify.Bacula:            {"backup by Bacula or Bareos", "copias de seguridad de Bacula o Bareos"},
	identify.NRPE:              {"a monitor of Nagios, which asks a machine how it does", "un supervisor de Nagios, que pregunta a un equipo cómo le va"},
	identify.Clamd:             {"files and mail given to ClamAV to be searched for malware", "ficheros y correo que se dan a ClamAV para que busque programas dañinos"},
	identify.EPMD:              {"where programs of Erlang wait, RabbitMQ among them", "dónde esperan los programas de Erlang, RabbitMQ entre ellos"},
	identify.Erlang:            {"programs of Erlang that work together, as a cluster of RabbitMQ does", "programas de Erlang que trabajan juntos, como un clúster de RabbitMQ"},
	identify.VMware:            {"the door of VMware's machines, for consoles and files", "la puerta de los equipos de VMware, para consolas y ficheros"},
	identify.ICAP:              {"pages that a proxy has looked through, for malware among others", "páginas que un proxy manda revisar, por programas dañinos entre otras cosas"},
	identify.Spamd:             {"mail given to SpamAssassin to be judged", "correo que se da a SpamAssassin para que lo juzgue"},
	identify.Shell:             {"a shell without a terminal: its greeting says that a program holds its ends, and what is typed and answered goes in clear; one that the caller serves is a reverse shell", "un intérprete de órdenes (shell) sin terminal: su saludo dice que un programa tiene sus extremos, y todo va en claro; el que sirve quien llama es un shell inverso"},
	identify.Rlogin:            {"a terminal from afar, without encryption", "un terminal a distancia, sin cifrar"},
	identify.SCCP:              {"telephones of Cisco and their exchange", "teléfonos de Cisco y su centralita"},
	identify.Rsh:               {"commands for another machine by rsh, without encryption or password", "órdenes para otro equipo por rsh, sin cifrar y sin contraseña"},
	identify.Rexec:             {"commands for another machine by rexec, without encryption", "órdenes para otro equipo por rexec, sin cifrar"},
	identify.Sybase:            {"databases of Sybase (TDS 5)", "bases de datos de Sybase (TDS 5)"},
	identify.NCP:               {"files of Novell NetWare", "ficheros de Novell NetWare"},
	identify.Radmin:            {"a screen from afar by Radmin", "una pantalla a distancia por Radmin"},
	identify.C1222:             {"meters of electricity (ANSI C12.22)", "contadores de electricidad (ANSI C12.22)"},
	identify.LISP:              {"routers that ask where an address is behind (LISP)", "encaminadores que preguntan detrás de quién está una dirección (LISP)"},
	identify.LSPPing:           {"pings along the labels of MPLS", "pings a lo largo de las etiquetas de MPLS"},
	identify.OLSR:              {"routers of a mesh without wires (OLSR)", "encaminadores de una malla sin cables (OLSR)"},
	identify.CVS:               {"sources of programs kept by CVS, an old way of keeping versions", "fuentes de programas guardadas por CVS, una manera antigua de guardar versiones"},
	identify.Beanstalk:         {"work that programs leave for one another (beanstalkd)", "trabajo que unos programas dejan a otros (beanstalkd)"},
	identify.Rx:                {"files of AFS and who may read them (Rx)", "ficheros de AFS y quién puede leerlos (Rx)"},
	identify.MPEGTS:            {"pictures and sound of television (MPEG transport stream)", "imagen y sonido de televisión (flujo de transporte MPEG)"},
	identify.WhatsApp:          {"messages of WhatsApp, enciphered in a way of its own", "mensajes de WhatsApp, cifrados a su propia manera"},
	identify.Zoom:              {"a call of Zoom", "una llamada de Zoom"},
	identify.SteamClient:       {"Steam and the machines where one logs in to it", "Steam y los equipos donde uno inicia sesión"},
	identify.Tinc:              {"a private network over the Internet by tinc", "una red privada por Internet con tinc"},
	identify.RPKIRTR:           {"a router that asks who may announce which addresses (RPKI)", "un router que pregunta quién puede anunciar qué direcciones (RPKI)"},
	identify.CPHA:              {"firewalls of Check Point that stand in for one another", "cortafuegos de Check Point que se suplen unos a otros"},
	identify.AODV:              {"machines of a mesh without wires that look for a way (AODV)", "equipos de una malla sin cables que buscan un camino (AODV)"},
	identify.AutoRP:            {"routers of Cisco that say where the senders and receivers of a group meet (Auto-RP)", "routers de Cisco que dicen dónde se encuentran emisores y receptores de un grupo (Auto-RP)"},
	identify.TelegramCall:      {"a call of Telegram", "una llamada de Telegram"},
	identify.Speedtest:         {"how fast the line is, measured by Speedtest (Ookla)", "la velocidad de la línea, medida por Speedtest (Ookla)"},
	identify.Pia:               {"games between Nintendo's consoles", "juegos entre consolas de Nintendo"},
	identify.HoYoverse:         {"a game of HoYoverse, as Genshin Impact", "un juego de HoYoverse, como Genshin Impact"},
	identify.LPD:               {"jobs for a printer, in Unix's old way", "trabajos para una impresora, a la antigua manera de Unix"},
	// Ports of other things have these names.
	identify.PTP:      {"clocks of a network set to the same time (IEEE 1588)", "relojes de una red puestos a la misma hora (IEEE 1588)"},
	identify.ADS:      {"controllers of Beckhoff and the programs that set them", "autómatas de Beckhoff y los programas que los ajustan"},
	identify.Elastic:  {"nodes of the search engine among themselves", "nodos del buscador entre sí"},
	identify.GIOP:     {"calls of CORBA to objects elsewhere", "llamadas de CORBA a objetos de otros equipos"},
	identify.SPICE:    {"the screen of a virtual machine", "la pantalla de un equipo virtual"},
	identify.GTPPrime: {"what a mobile network is to be paid for", "lo que una red móvil va a cobrar"},
}

// spoken explains a word of the column of services that is told by content and that no port has for its name, or that of
// another thing.
func spoken(c *catalog.Catalog, l lang.Lang, w string) (Entry, bool) {
	for _, p := range identify.Protocols() {
		s, ours := services[p]
		if plain(p.String()) != plain(w) || !ours && len(indexOf(c).called[plain(w)]) > 0 {
			continue
		}
		t := l.Pick("What was spoken, as the first octets of a connection tell", "Lo que se habló, según los primeros octetos de una conexión")
		if p == identify.FTPData {
			t = l.Pick("What was spoken, as its control connection says", "Lo que se habló, según dice su conexión de control")
		}
		if ours {
			t += ": " + l.Pick(s[0], s[1])
		}
		t += "."
		var ports []string
		for _, proto := range protos[:2] {
			for _, n := range p.Ports(proto.proto) {
				ports = append(ports, fmt.Sprintf("%d/%s", n, proto.name))
			}
		}
		if len(ports) > 0 {
			t += "\n" + l.Pick("usual ports: ", "puertos habituales: ") + strings.Join(ports, ", ")
		}
		return Entry{p.String(), "service", t}, true
	}
	return Entry{}, false
}
