package words

import (
	"maps"
	"regexp"
	"slices"
)

// factsES are the names of facts about ports that describe rather than name, in Spanish. What a program, a worm or a
// protocol is called stays; a test of internal/explain finds what is missing.
var factsES = map[string]string{
	"Small services (echo, discard, daytime, qotd, chargen, time)": "Servicios menores (echo, discard, daytime, qotd, chargen, time)",
	"SMTP submission without STARTTLS":                             "Envío SMTP sin STARTTLS",
	"XorDDoS and SSH brute forcers":                                "XorDDoS y adivinadores de contraseñas de SSH",
	"Mirai and descendants":                                        "Mirai y sus descendientes",
	"WINS replication / name":                                      "WINS, copia y nombres",
	"DNS open resolver":                                            "Servidor DNS abierto a cualquiera",
	"Blaster TFTP download":                                        "Descarga TFTP de Blaster",
	"HTTP Basic / form logins":                                     "Identificación por HTTP Basic o formulario",
	"POP3 (old servers)":                                           "POP3 (servidores antiguos)",
	"RPC portmapper (SUN RPC)":                                     "Directorio de puertos RPC (SUN RPC)",
	"RPC endpoint mapper at the boundary":                          "Directorio RPC de Windows en el borde",
	"NetBIOS name service":                                         "Servicio de nombres NetBIOS",
	"NetBIOS name/datagram at the boundary":                        "Nombres y datagramas NetBIOS en el borde",
	"NetBIOS session at the boundary":                              "Sesiones NetBIOS en el borde",
	"LDAP simple bind":                                             "LDAP con identificación simple",
	"LDAP / Global Catalog":                                        "LDAP / Catálogo global",
	"DTLS without cookie":                                          "DTLS sin cookie",
	"SMB at the boundary":                                          "SMB en el borde",
	"t0rn / Lion rootkit":                                          "Rootkit t0rn / Lion",
	"Printers (LPD, IPP)":                                          "Impresoras (LPD, IPP)",
	"Printer (JetDirect raw)":                                      "Impresora (JetDirect)",
	"Sadmind/IIS worm shell":                                       "Intérprete de órdenes del gusano Sadmind/IIS",
	"Welchia shell":                                                "Intérprete de órdenes de Welchia",
	"Blaster shell":                                                "Intérprete de órdenes de Blaster",
	"ADM worm":                                                     "Gusano ADM",
	"ADM worm, Lion":                                               "Gusano ADM, Lion",
	"Adore worm, RC1":                                              "Gusano Adore, RC1",
	"Truva Atl, Fire HacKer, Telnet Pro, ADM worm":                 "Truva Atl, Fire HacKer, Telnet Pro, gusano ADM",
	"Lion and Cheese worms":                                        "Gusanos Lion y Cheese",
	"S7comm / IEC 61850 MMS over ISO-TSAP":                         "S7comm / IEC 61850 MMS sobre ISO-TSAP",
	"DNS over TLS/QUIC":                                            "DNS sobre TLS/QUIC",
	"DNS over QUIC":                                                "DNS sobre QUIC",
	"rsync daemon":                                                 "Servidor rsync",
	"WebEx (trojan)":                                               "WebEx (troyano)",
	"WebEx (trojan) / Silencer":                                    "WebEx (troyano) / Silencer",
	"ProMail trojan":                                               "Troyano ProMail",
	"Progenic trojan":                                              "Troyano Progenic",
	"Kuang2, ProMail trojan, Terminator, Happy99":                  "Kuang2, troyano ProMail, Terminator, Happy99",
	"Windows RPC dynamic (XP/2003)":                                "RPC dinámico de Windows (XP/2003)",
	"Windows Messenger pop-up spam":                                "Publicidad por Windows Messenger",
	"MyDoom variants":                                              "Variantes de MyDoom",
	"MyDoom backdoor":                                              "Puerta trasera de MyDoom",
	"Bagle/Beagle variants":                                        "Variantes de Bagle/Beagle",
	"SOCKS proxy":                                                  "Proxy SOCKS",
	"HTTP proxy":                                                   "Proxy HTTP",
	"Java RMI registry":                                            "Registro Java RMI",
	"Java debug (JDWP)":                                            "Depuración de Java (JDWP)",
	"SubSeven Java client, Ultors":                                 "Cliente Java de SubSeven, Ultors",
	"SubSeven 2.x; also Ramen, Lion, Bad Blood":                    "SubSeven 2.x; también Ramen, Lion, Bad Blood",
	"Nessus client port":                                           "Puerto del cliente de Nessus",
	"Empire REST API and others":                                   "API REST de Empire y otros",
	"Optix Pro family":                                             "Familia Optix Pro",
	"MS SQL browser":                                               "Servicio SQL Browser de Microsoft",
	"Oracle TNS listener":                                          "Servicio TNS de Oracle",
	"Citrix ICA browser":                                           "Servicio ICA Browser de Citrix",
	"SSDP/UPnP from outside":                                       "SSDP/UPnP desde fuera",
	"mDNS from outside":                                            "mDNS desde fuera",
	"mDNS (unicast answers)":                                       "mDNS (respuestas a uno solo)",
	"Docker API without TLS":                                       "API de Docker sin TLS",
	"MySQL without TLS":                                            "MySQL sin TLS",
	"PostgreSQL without TLS":                                       "PostgreSQL sin TLS",
	"MongoDB without TLS":                                          "MongoDB sin TLS",
	"XMPP before STARTTLS":                                         "XMPP antes de STARTTLS",
	"RDP over UDP":                                                 "RDP sobre UDP",
	"XMRig / mining pools":                                         "XMRig y grupos de minado",
	"Metasploit handler":                                           "Metasploit a la espera",
	"Sentinel licence server":                                      "Servidor de licencias Sentinel",
	"Mobile push":                                                  "Avisos a móviles",
	"ADB (Android Debug Bridge); also TR-064":                      "ADB (Android Debug Bridge); también TR-064",
	"pcAnywhere data":                                              "Datos de pcAnywhere",
	"pcAnywhere status":                                            "Estado de pcAnywhere",
	"AMQP broker":                                                  "Intermediario AMQP",
	"Kubernetes API":                                               "API de Kubernetes",
	"Kubelet API":                                                  "API de Kubelet",
	"IRC, historically bot control":                                "IRC, antaño para mandar a bots",
	"Mythic / Covenant web UI":                                     "Interfaz web de Mythic / Covenant",
	"Hadoop NameNode UI":                                           "Interfaz web del NameNode de Hadoop",
	"PoshC2, Sliver mTLS and many legitimate servers":              "PoshC2, Sliver mTLS y muchos servidores legítimos",
	"Tor relay / directory":                                        "Repetidor o directorio de Tor",
	"Tor SOCKS / control":                                          "SOCKS o control de Tor",
	"IP-camera debug console":                                      "Consola de depuración de cámaras IP",
	"Automatic tank gauge":                                         "Medidor de depósitos de combustible",
	"Ubiquiti discovery":                                           "Búsqueda de equipos de Ubiquiti",
	"Jenkins discovery":                                            "Búsqueda de servidores Jenkins",
	"Dahua DVR discovery":                                          "Búsqueda de grabadores Dahua",
	"Mstream handler to agent":                                     "Mstream, del controlador al agente",
	"Trinoo master to daemon":                                      "Trinoo, del maestro al agente",
	"Trinoo attacker to master":                                    "Trinoo, del atacante al maestro",
	"Trinoo daemon to master":                                      "Trinoo, del agente al maestro",
	"Trinoo for Windows":                                           "Trinoo para Windows",
	"RabbitMQ management":                                          "Gestión de RabbitMQ",
	"Shaft client login":                                           "Entrada de clientes de Shaft",
	"Quake network protocol":                                       "Protocolo de red de Quake",
	"Quake3 engine":                                                "Motor de Quake3",
	"Lantronix setup":                                              "Configuración de Lantronix",
	"Sliver multiplayer listener":                                  "Sliver a la espera de otros operadores",
	"Back Orifice patches, bind shells, many tools":                "Parches de Back Orifice, intérpretes de órdenes a la escucha y muchas herramientas",
	"Sercomm router backdoor":                                      "Puerta trasera de los encaminadores Sercomm",
	"Netis router backdoor":                                        "Puerta trasera de los encaminadores Netis",
	"Solaris RPC services":                                         "Servicios RPC de Solaris",
	"Big Gluck / TN (Tiny Telnet family)":                          "Big Gluck / TN (familia Tiny Telnet)",
	"Havoc team server":                                            "Servidor de mando de Havoc",
	"Cobalt Strike team server":                                    "Servidor de mando de Cobalt Strike",
	"Mirai single-instance / report port":                          "Puerto por el que Mirai se sabe solo o informa",
	"BMC/UPnP web server":                                          "Servidor web de BMC/UPnP",
	"Unix rootkits (Fuckit, CB, MRK, URK, FBRK, t0rn, ...)":        "Rootkits de Unix (Fuckit, CB, MRK, URK, FBRK, t0rn, ...)",
	"Root shell left by late-1990s Sun exploits (ingreslock); FreeBSD rootkit": "Intérprete de órdenes de root que dejaban los ataques a Sun de finales de los años 90 (ingreslock); rootkit de FreeBSD",
}

// Fact is what a fact about a port is called in language l.
func Fact(l Lang, name string) string {
	if es := factsES[name]; l == Spanish && es != "" {
		return es
	}
	return name
}

var decade = regexp.MustCompile(`\b19(\d0)s\b`)

// Era is a time of the past, as "1990s" or "1999-2003", in language l.
func Era(l Lang, era string) string {
	if l == Spanish {
		return decade.ReplaceAllString(era, "años $1")
	}
	return era
}

// Facts are the names that Fact puts into Spanish.
func Facts() []string { return slices.Sorted(maps.Keys(factsES)) }
