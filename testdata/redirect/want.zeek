#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795645242.334822	CoIkRR7ogadQFx3m3a	10.20.0.9	48990	10.20.0.1	80	tcp	http	0.011116	73	106	OTH	-	-	0	Cc	5	-	5	-	-	6
1795645242.346016	C61VpP1cQVWKMhOktn	10.20.0.9	40764	10.20.0.1	8080	tcp	http	0.060507	78	60	OTH	-	-	0	Cc	5	-	5	-	-	6
