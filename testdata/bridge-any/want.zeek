#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795871172.005637	CHwmB1UkcDyadAVFxh	fd09::1	59017	fd09::2	6353	udp	-	0.000191	2	5	OTH	-	-	0	Cc	1	-	1	-	-	17
1795871172.006013	CWIewdVGfdbKH2Q5Yz	fd09::1	48756	fd09::2	6353	udp	-	0.000136	4	10	OTH	-	-	0	Cc	2	-	2	-	-	17
1795871172.006792	CWIMRAO9nxkHTiTbfR	fd09::1	58677	fd09::2	6353	udp	-	0.000105	10	16	OTH	-	-	0	Cc	2	-	2	-	-	17
1795871172.107466	CJc05A7zu1ebUL4SKe	fd09::1	43416	fd09::2	8080	tcp	-	0.000494	5	5	OTH	-	-	0	Cc	6	-	4	-	-	6
