package identify

import "portero/capture"

// Protocol is what was spoken. The zero value is nothing known.
type Protocol uint8

// The protocols that are recognised.
const (
	None Protocol = iota
	TLS
	DTLS
	HTTP
	HTTPProxy
	WebSocket
	QUIC
	DNS
	MDNS
	LLMNR
	SSH
	SMTP
	FTP
	IMAP
	POP3
	NNTP
	NTP
	DHCP
	DHCPv6
	SNMP
	SMB
	NetBIOSName
	NetBIOSDatagram
	NetBIOSSession
	RDP
	LDAP
	Kerberos
	MySQL
	PostgreSQL
	Redis
	MQTT
	SIP
	STUN
	SSDP
	BitTorrent
	BitTorrentDHT
	BitTorrentTracker
	UTP
	WireGuard
	OpenVPN
	IKE
	ESP
	L2TP
	PPTP
	S7comm
	TPKT
	H323
	DCERPC
	SunRPC
	NFS
	MongoDB
	Memcached
	Kafka
	Cassandra
	TDS
	SQLBrowser
	OracleTNS
	TFTP
	Syslog
	WSDiscovery
	SLP
	RIP
	RADIUS
	CoAP
	RTSP
	RTP
	RTCP
	RTMP
	VNC
	X11
	Telnet
	IRC
	XMPP
	AMQP
	NATS
	Git
	Rsync
	SOCKS
	Modbus
	DNP3
	IEC104
	BACnet
	EtherNetIP
	OPCUA
	IPMI
	BGP
	AJP
	ADB
	Stratum
	SourceQuery
	Bitcoin
	Zabbix
	GTPControl
	GTPUser
	PFCP
	MMS
	NetFlow
	IPFIX
	SFlow
	BFD
	HSRP
	LDP
	PTP
	CAPWAP
	WakeOnLAN
	NATPMP
	PCP
	UBNT
	MNDP
	Babel
	Collectd
	TACACS
	Diameter
	OpenFlow
	ISCSI
	PJL
	Iperf
	KNX
	SOMEIP
	DoIP
	Synchrophasor
	ADS
	FINS
	HARTIP
	ArtNet
	SACN
	LoRa
	Kasa
	Tuya
	MiIO
	DHIP
	SADP
	BJNP
	HL7
	DICOM
	Fox
	FIX
	STOMP
	OpenWire
	Elastic
	Ceph
	ZMTP
	ZooKeeper
	ClickHouse
	Bolt
	DRDA
	Firebird
	SVN
	JDWP
	RMI
	GIOP
	FastCGI
	RELP
	NetTCP
	SMPP
	AFP
	Munin
	Checkmk
	RakNet
	Minecraft
	Mumble
	TeamSpeak
	Tailscale
	Steam
	Dropbox
	Spotify
	Syncthing
	IAX
	MGCP
	XDMCP
	ICA
	SPICE
	GTPPrime
	RTPS
	ZeroTier
	MQTTSN
	StatsD
	DNSCrypt
	Gearman
	Discord
	Ethereum
	HiSLIP
	DLEP
	Gnutella
	Z3950
	LNet
	EGD
	IBMMQ
	Thrift
	Hadoop
	T3
	NoMachine
	JSONRPC
	NBD
	Libp2p
	Monero
	MPD
	Asterisk
	Distcc
	MySQLX
	ManageSieve
	Beats
	GELF
	Bacula
	NRPE
	Clamd
	EPMD
	Erlang
	VMware
	ICAP
	Spamd
	Rlogin
	SCCP
	LPD
	Rsh
	Rexec
	Sybase
	NCP
	Radmin
	C1222
	LISP
	LSPPing
	OLSR
	Ident
	CVS
	Beanstalk
	Rx
	MPEGTS
	TCPCL
	Bundle
	Shell
	WhatsApp
	Zoom
	SteamClient
	Tinc
	RPKIRTR
	CPHA
	AODV
	AutoRP
	TelegramCall
	Speedtest
	Pia
	HoYoverse
	FTPData
	protocolCount
)

// info is what is fixed about a protocol.
type info struct {
	name string
	tcp  []uint16 // its usual ports
	udp  []uint16
}

var infos = [protocolCount]info{
	TLS:               {name: "tls", tcp: []uint16{443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 2376, 3269, 5061, 5223, 5986, 6443, 6514, 6697, 8443, 8883}},
	DTLS:              {name: "dtls", udp: []uint16{443, 853, 2221, 3391, 4433, 5061, 5349, 5684}},
	HTTP:              {name: "http", tcp: []uint16{80, 591, 631, 2375, 3000, 5000, 5357, 5984, 5985, 7547, 8000, 8008, 8080, 8081, 8086, 8088, 8500, 8888, 9090, 9200, 10000, 11434, 49152, 50051}},
	HTTPProxy:         {name: "http-proxy", tcp: []uint16{3128, 8000, 8080, 8118, 8888}},
	WebSocket:         {name: "websocket", tcp: []uint16{80, 8000, 8080, 8888}},
	QUIC:              {name: "quic", udp: []uint16{80, 443, 784, 853, 8443, 8853}},
	DNS:               {name: "dns", tcp: []uint16{53}, udp: []uint16{53}},
	MDNS:              {name: "mdns", udp: []uint16{5353}},
	LLMNR:             {name: "llmnr", tcp: []uint16{5355}, udp: []uint16{5355}},
	SSH:               {name: "ssh", tcp: []uint16{22, 2222}},
	SMTP:              {name: "smtp", tcp: []uint16{25, 587, 2525}},
	FTP:               {name: "ftp", tcp: []uint16{21, 2121}},
	FTPData:           {name: "ftp-data"}, // told by announcement: announced.go
	IMAP:              {name: "imap", tcp: []uint16{143}},
	POP3:              {name: "pop3", tcp: []uint16{110}},
	NNTP:              {name: "nntp", tcp: []uint16{119}},
	NTP:               {name: "ntp", udp: []uint16{123}},
	DHCP:              {name: "dhcp", udp: []uint16{67, 68, 4011}},
	DHCPv6:            {name: "dhcpv6", udp: []uint16{546, 547}},
	SNMP:              {name: "snmp", tcp: []uint16{161, 162}, udp: []uint16{161, 162}},
	SMB:               {name: "smb", tcp: []uint16{139, 445}},
	NetBIOSName:       {name: "netbios-ns", udp: []uint16{137}},
	NetBIOSDatagram:   {name: "netbios-dgm", udp: []uint16{138}},
	NetBIOSSession:    {name: "netbios-ssn", tcp: []uint16{139}},
	RDP:               {name: "rdp", tcp: []uint16{3389}, udp: []uint16{3389}},
	LDAP:              {name: "ldap", tcp: []uint16{389, 3268}, udp: []uint16{389}},
	Kerberos:          {name: "kerberos", tcp: []uint16{88, 464, 749}, udp: []uint16{88, 464, 749}},
	MySQL:             {name: "mysql", tcp: []uint16{3306}},
	PostgreSQL:        {name: "postgresql", tcp: []uint16{5432, 5433, 6432}},
	Redis:             {name: "redis", tcp: []uint16{6379, 26379}},
	MQTT:              {name: "mqtt", tcp: []uint16{1883}},
	SIP:               {name: "sip", tcp: []uint16{5060}, udp: []uint16{5060}},
	STUN:              {name: "stun", tcp: []uint16{3478}, udp: []uint16{3478, 3479, 19302, 19303, 19305}},
	SSDP:              {name: "ssdp", udp: []uint16{1900}},
	BitTorrent:        {name: "bittorrent", tcp: []uint16{6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889, 51413}},
	BitTorrentDHT:     {name: "bittorrent-dht", udp: []uint16{6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889, 51413}},
	BitTorrentTracker: {name: "bittorrent-tracker", udp: []uint16{80, 1337, 2710, 6881, 6969}},
	UTP:               {name: "utp", udp: []uint16{6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889, 51413}},
	WireGuard:         {name: "wireguard", udp: []uint16{51820}},
	OpenVPN:           {name: "openvpn", tcp: []uint16{1194}, udp: []uint16{1194}},
	IKE:               {name: "ike", udp: []uint16{500, 4500}},
	ESP:               {name: "esp-in-udp", udp: []uint16{4500}},
	L2TP:              {name: "l2tp", udp: []uint16{1701}},
	PPTP:              {name: "pptp", tcp: []uint16{1723}},
	S7comm:            {name: "s7comm", tcp: []uint16{102}},
	TPKT:              {name: "iso-tsap", tcp: []uint16{102}},
	H323:              {name: "h323", tcp: []uint16{1720}},
	DCERPC:            {name: "msrpc", tcp: []uint16{135}, udp: []uint16{135, 34964}},
	SunRPC:            {name: "sunrpc", tcp: []uint16{111}, udp: []uint16{111}},
	NFS:               {name: "nfs", tcp: []uint16{2049}, udp: []uint16{2049}},
	MongoDB:           {name: "mongodb", tcp: []uint16{27017, 27018, 27019}},
	Memcached:         {name: "memcached", tcp: []uint16{11211}, udp: []uint16{11211}},
	Kafka:             {name: "kafka", tcp: []uint16{9092}},
	Cassandra:         {name: "cassandra", tcp: []uint16{9042}},
	TDS:               {name: "mssql", tcp: []uint16{1433}},
	SQLBrowser:        {name: "mssql-browser", udp: []uint16{1434}},
	OracleTNS:         {name: "oracle", tcp: []uint16{1521, 1526}},
	TFTP:              {name: "tftp", udp: []uint16{69}},
	Syslog:            {name: "syslog", tcp: []uint16{514, 601}, udp: []uint16{514}},
	WSDiscovery:       {name: "ws-discovery", udp: []uint16{3702}},
	SLP:               {name: "slp", tcp: []uint16{427}, udp: []uint16{427}},
	RIP:               {name: "rip", udp: []uint16{520, 521}},
	RADIUS:            {name: "radius", udp: []uint16{1645, 1646, 1812, 1813, 3799}},
	CoAP:              {name: "coap", tcp: []uint16{5683}, udp: []uint16{5683}},
	RTSP:              {name: "rtsp", tcp: []uint16{554, 8554}},
	RTP:               {name: "rtp"},
	RTCP:              {name: "rtcp"},
	RTMP:              {name: "rtmp", tcp: []uint16{1935}},
	VNC:               {name: "vnc", tcp: []uint16{5900, 5901, 5902, 5903, 5904, 5905, 5906, 5907, 5908, 5909, 5910}},
	X11:               {name: "x11", tcp: []uint16{6000, 6001, 6002, 6003, 6004, 6005, 6006, 6007, 6008, 6009, 6010, 6011, 6012}},
	Telnet:            {name: "telnet", tcp: []uint16{23, 2323}},
	IRC:               {name: "irc", tcp: []uint16{194, 6665, 6666, 6667, 6668, 6669}},
	XMPP:              {name: "xmpp", tcp: []uint16{5222, 5269, 5280}},
	AMQP:              {name: "amqp", tcp: []uint16{5672}},
	NATS:              {name: "nats", tcp: []uint16{4222}},
	Git:               {name: "git", tcp: []uint16{9418}},
	Rsync:             {name: "rsync", tcp: []uint16{873}},
	SOCKS:             {name: "socks", tcp: []uint16{1080, 9050, 9150}},
	Modbus:            {name: "modbus", tcp: []uint16{502}},
	DNP3:              {name: "dnp3", tcp: []uint16{20000}, udp: []uint16{20000}},
	IEC104:            {name: "iec104", tcp: []uint16{2404}},
	BACnet:            {name: "bacnet", udp: []uint16{47808}},
	EtherNetIP:        {name: "enip", tcp: []uint16{44818}, udp: []uint16{2222, 44818}},
	OPCUA:             {name: "opcua", tcp: []uint16{4840}},
	IPMI:              {name: "ipmi", udp: []uint16{623, 664}},
	BGP:               {name: "bgp", tcp: []uint16{179}},
	AJP:               {name: "ajp", tcp: []uint16{8009}},
	ADB:               {name: "adb", tcp: []uint16{5037, 5555}},
	Stratum:           {name: "stratum", tcp: []uint16{3333, 4444, 14444}},
	SourceQuery:       {name: "source-query", udp: []uint16{26000, 27015, 27016, 27017, 27018, 27019, 27020, 27960}},
	Bitcoin:           {name: "bitcoin", tcp: []uint16{8333, 18333}},
	Zabbix:            {name: "zabbix", tcp: []uint16{10050, 10051}},
	GTPControl:        {name: "gtp-control", udp: []uint16{2123, 3386}},
	GTPUser:           {name: "gtp-user", udp: []uint16{2152}},
	PFCP:              {name: "pfcp", udp: []uint16{8805}},
	MMS:               {name: "mms", tcp: []uint16{102}},
	NetFlow:           {name: "netflow", udp: []uint16{2055, 9995, 9996, 2056}},
	IPFIX:             {name: "ipfix", tcp: []uint16{4739}, udp: []uint16{4739}},
	SFlow:             {name: "sflow", udp: []uint16{6343}},
	BFD:               {name: "bfd", udp: []uint16{3784, 4784, 6784, 7784}},
	HSRP:              {name: "hsrp", udp: []uint16{1985, 2029}},
	LDP:               {name: "ldp", tcp: []uint16{646}, udp: []uint16{646}},
	PTP:               {name: "ptp", udp: []uint16{319, 320}},
	CAPWAP:            {name: "capwap", udp: []uint16{5246}},
	WakeOnLAN:         {name: "wake-on-lan", udp: []uint16{7, 9}},
	NATPMP:            {name: "nat-pmp", udp: []uint16{5351}},
	PCP:               {name: "pcp", udp: []uint16{5351}},
	UBNT:              {name: "ubnt-discovery", udp: []uint16{10001}},
	MNDP:              {name: "mndp", udp: []uint16{5678}},
	Babel:             {name: "babel", udp: []uint16{6696}},
	Collectd:          {name: "collectd", udp: []uint16{25826}},
	TACACS:            {name: "tacacs", tcp: []uint16{49}},
	Diameter:          {name: "diameter", tcp: []uint16{3868}},
	OpenFlow:          {name: "openflow", tcp: []uint16{6633, 6653}},
	ISCSI:             {name: "iscsi", tcp: []uint16{3260, 860}},
	PJL:               {name: "pjl", tcp: []uint16{9100}},
	Iperf:             {name: "iperf3", tcp: []uint16{5201}},
	KNX:               {name: "knx", tcp: []uint16{3671}, udp: []uint16{3671}},
	SOMEIP:            {name: "someip", tcp: []uint16{30490}, udp: []uint16{30490}},
	DoIP:              {name: "doip", tcp: []uint16{13400}, udp: []uint16{13400}},
	Synchrophasor:     {name: "synchrophasor", tcp: []uint16{4712}, udp: []uint16{4713, 4712}},
	ADS:               {name: "ads", tcp: []uint16{48898}},
	FINS:              {name: "fins", tcp: []uint16{9600}, udp: []uint16{9600}},
	HARTIP:            {name: "hart-ip", tcp: []uint16{5094}, udp: []uint16{5094, 5095}},
	ArtNet:            {name: "art-net", udp: []uint16{6454}},
	SACN:              {name: "sacn", udp: []uint16{5568}},
	LoRa:              {name: "lorawan-gateway", udp: []uint16{1700}},
	Kasa:              {name: "kasa", udp: []uint16{9999}},
	Tuya:              {name: "tuya", tcp: []uint16{6668}, udp: []uint16{6666, 6667}},
	MiIO:              {name: "miio", udp: []uint16{54321}},
	DHIP:              {name: "dhip", tcp: []uint16{37777}, udp: []uint16{37810}},
	SADP:              {name: "sadp", udp: []uint16{37020}},
	BJNP:              {name: "bjnp", udp: []uint16{8610, 8611, 8612, 8613}},
	HL7:               {name: "hl7", tcp: []uint16{2575}},
	DICOM:             {name: "dicom", tcp: []uint16{104, 11112}},
	Fox:               {name: "niagara-fox", tcp: []uint16{1911}},
	FIX:               {name: "fix"},
	STOMP:             {name: "stomp", tcp: []uint16{61613}},
	OpenWire:          {name: "openwire", tcp: []uint16{61616}},
	Elastic:           {name: "elasticsearch", tcp: []uint16{9300}},
	Ceph:              {name: "ceph", tcp: []uint16{3300, 6789}},
	ZMTP:              {name: "zmtp"},
	ZooKeeper:         {name: "zookeeper", tcp: []uint16{2181}},
	ClickHouse:        {name: "clickhouse"},
	Bolt:              {name: "bolt", tcp: []uint16{7687}},
	DRDA:              {name: "drda", tcp: []uint16{446, 1527, 50000}},
	Firebird:          {name: "firebird", tcp: []uint16{3050}},
	SVN:               {name: "svn", tcp: []uint16{3690}},
	JDWP:              {name: "jdwp", tcp: []uint16{5005}},
	RMI:               {name: "rmi", tcp: []uint16{1099}},
	GIOP:              {name: "giop", tcp: []uint16{683, 2809}},
	FastCGI:           {name: "fastcgi"},
	RELP:              {name: "relp", tcp: []uint16{2514, 20514}},
	NetTCP:            {name: "net-tcp", tcp: []uint16{808}},
	SMPP:              {name: "smpp", tcp: []uint16{2775}},
	AFP:               {name: "afp", tcp: []uint16{548}},
	Munin:             {name: "munin", tcp: []uint16{4949}},
	Checkmk:           {name: "checkmk", tcp: []uint16{6556}},
	RakNet:            {name: "raknet", udp: []uint16{19132, 19133}},
	Minecraft:         {name: "minecraft", tcp: []uint16{25565}},
	Mumble:            {name: "mumble", udp: []uint16{64738}},
	TeamSpeak:         {name: "teamspeak", udp: []uint16{9987}},
	Tailscale:         {name: "tailscale", udp: []uint16{41641}},
	Steam:             {name: "steam-discovery", udp: []uint16{27036}},
	Dropbox:           {name: "dropbox-lansync", udp: []uint16{17500}},
	Spotify:           {name: "spotify-discovery", udp: []uint16{57621}},
	Syncthing:         {name: "syncthing-discovery", udp: []uint16{21027}},
	IAX:               {name: "iax", udp: []uint16{4569}},
	MGCP:              {name: "mgcp", udp: []uint16{2427, 2727}},
	XDMCP:             {name: "xdmcp", udp: []uint16{177}},
	ICA:               {name: "ica", tcp: []uint16{1494, 2598}},
	SPICE:             {name: "spice"},
	GTPPrime:          {name: "gtp-prime", udp: []uint16{3386}},
	RTPS:              {name: "rtps", udp: []uint16{7400, 7401, 7410, 7411, 7412, 7413}},
	ZeroTier:          {name: "zerotier", udp: []uint16{9993}},
	MQTTSN:            {name: "mqtt-sn", udp: []uint16{1883, 1884, 10000}},
	StatsD:            {name: "statsd", udp: []uint16{8125}},
	DNSCrypt:          {name: "dnscrypt", udp: []uint16{443, 5443, 8443}},
	Gearman:           {name: "gearman", tcp: []uint16{4730}},
	Discord:           {name: "discord-voice"},
	Ethereum:          {name: "ethereum", tcp: []uint16{30303}, udp: []uint16{30303}},
	HiSLIP:            {name: "hislip", tcp: []uint16{4880}},
	DLEP:              {name: "dlep", tcp: []uint16{854}, udp: []uint16{854}},
	Gnutella:          {name: "gnutella", tcp: []uint16{6346, 6347}},
	Z3950:             {name: "z39.50", tcp: []uint16{210}},
	LNet:              {name: "lnet", tcp: []uint16{988}},
	EGD:               {name: "egd", udp: []uint16{18246}},
	IBMMQ:             {name: "ibm-mq", tcp: []uint16{1414}},
	Thrift:            {name: "thrift"},
	Hadoop:            {name: "hadoop-rpc"},
	T3:                {name: "t3"},
	NoMachine:         {name: "nomachine"},
	JSONRPC:           {name: "json-rpc"},
	NBD:               {name: "nbd", tcp: []uint16{10809}},
	Libp2p:            {name: "libp2p"},
	Monero:            {name: "monero", tcp: []uint16{18080}},
	MPD:               {name: "mpd", tcp: []uint16{6600}},
	Asterisk:          {name: "asterisk-ami", tcp: []uint16{5038}},
	Distcc:            {name: "distcc", tcp: []uint16{3632}},
	MySQLX:            {name: "mysqlx", tcp: []uint16{33060}},
	ManageSieve:       {name: "managesieve", tcp: []uint16{4190}},
	Beats:             {name: "beats", tcp: []uint16{5044}},
	GELF:              {name: "gelf", tcp: []uint16{12201}, udp: []uint16{12201}},
	Bacula:            {name: "bacula", tcp: []uint16{9101, 9102, 9103}},
	NRPE:              {name: "nrpe", tcp: []uint16{5666}},
	Clamd:             {name: "clamd", tcp: []uint16{3310}},
	EPMD:              {name: "epmd", tcp: []uint16{4369}},
	Erlang:            {name: "erlang"},
	VMware:            {name: "vmware-auth", tcp: []uint16{902}},
	ICAP:              {name: "icap", tcp: []uint16{1344}},
	Spamd:             {name: "spamd", tcp: []uint16{783}},
	Rlogin:            {name: "rlogin", tcp: []uint16{513}},
	SCCP:              {name: "sccp", tcp: []uint16{2000}},
	LPD:               {name: "lpd", tcp: []uint16{515}},
	Rsh:               {name: "rsh", tcp: []uint16{514}},
	Rexec:             {name: "rexec", tcp: []uint16{512}},
	Sybase:            {name: "sybase", tcp: []uint16{4100, 5000}},
	NCP:               {name: "ncp", tcp: []uint16{524}},
	Radmin:            {name: "radmin", tcp: []uint16{4899}},
	C1222:             {name: "c12.22", tcp: []uint16{1153}, udp: []uint16{1153}},
	LISP:              {name: "lisp", tcp: []uint16{4342}, udp: []uint16{4342}},
	LSPPing:           {name: "lsp-ping", udp: []uint16{3503}},
	OLSR:              {name: "olsr", udp: []uint16{698}},
	Ident:             {name: "ident", tcp: []uint16{113}},
	CVS:               {name: "cvs", tcp: []uint16{2401}},
	Beanstalk:         {name: "beanstalk", tcp: []uint16{11300}},
	Rx:                {name: "rx", udp: []uint16{7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008, 7009, 7021}},
	MPEGTS:            {name: "mpeg-ts"}, // on whatever port a programme was given
	TCPCL:             {name: "tcpcl", tcp: []uint16{4556}},
	Bundle:            {name: "bpv7", udp: []uint16{4556}},
	Shell:             {name: "shell"},
	WhatsApp:          {name: "whatsapp"}, // on ports of others: 443, 5222
	Zoom:              {name: "zoom", udp: []uint16{8801, 8802, 8803, 8804, 8805, 8806, 8807, 8808, 8809, 8810}},
	SteamClient:       {name: "steam", udp: []uint16{27015, 27016, 27017, 27018, 27019, 27020, 27021}},
	Tinc:              {name: "tinc", tcp: []uint16{655}},
	RPKIRTR:           {name: "rpki-rtr", tcp: []uint16{323, 3323, 8282}},
	CPHA:              {name: "cpha", udp: []uint16{8116}},
	AODV:              {name: "aodv", udp: []uint16{654}},
	AutoRP:            {name: "auto-rp", udp: []uint16{496}},
	TelegramCall:      {name: "telegram-call"},
	Speedtest:         {name: "speedtest", tcp: []uint16{8080}},
	Pia:               {name: "pia"},
	HoYoverse:         {name: "hoyoverse", udp: []uint16{22101, 22102}},
}

// String returns the word used in records, "" for None.
func (p Protocol) String() string {
	if p >= protocolCount {
		return ""
	}
	return infos[p].name
}

// Protocols lists every protocol that is recognised.
func Protocols() []Protocol {
	var ps []Protocol
	for p := None + 1; p < protocolCount; p++ {
		ps = append(ps, p)
	}
	return ps
}

// Ports lists the usual ports of p over proto (6 or 17); none means that it has
// no usual port there. Do not change it.
func (p Protocol) Ports(proto uint8) []uint16 {
	if p >= protocolCount {
		return nil
	}
	if proto == capture.ProtoTCP {
		return infos[p].tcp
	}
	return infos[p].udp
}

// Usual reports whether port is one of p's usual ports over proto. A protocol
// without usual ports is at home everywhere.
func (p Protocol) Usual(proto uint8, port uint16) bool {
	if p >= protocolCount || infos[p].tcp == nil && infos[p].udp == nil {
		return true
	}
	for _, q := range p.Ports(proto) {
		if q == port {
			return true
		}
	}
	return false
}

// Confidence is how sure it is what was spoken.
type Confidence uint8

// The grades.
const (
	Unsure Confidence = iota
	Port              // the port is part of the evidence, the octets alone would not do
	Shape             // lengths and fields agree
	Exact             // a magic of eight octets or more, or both sides agree
)

// String returns the word used in records.
func (c Confidence) String() string { return [...]string{"", "port", "shape", "exact"}[c&3] }
