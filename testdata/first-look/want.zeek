#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795527196.972526	C2SG0eGAFlheqonoEj	192.0.2.2	40112	192.0.2.1	53	udp	dns	0.000249	30	46	OTH	-	-	0	Cc	1	-	1	-	-	17
1795527196.972957	CLaAoBkDoF4hEsuyVz	192.0.2.2	51514	192.0.2.1	80	tcp	http	0.000157	38	1085	OTH	-	-	0	Cc	5	-	5	-	-	6
1795527196.973131	C9xLJdT3hriPfYsYJy	192.0.2.2	51516	192.0.2.1	8080	tcp	-	0.000100	0	0	RSTRH	-	-	0	Cr	1	-	1	-	-	6
1795527196.973294	CZsuKFqpx6ahi7wpVm	192.0.2.2	51518	192.0.2.1	2323	tcp	-	0.050299	7	0	OTH	-	-	0	Cc	3	-	3	-	-	6
1795527197.025686	CenX7tsqXYBX21BCvn	192.0.2.2	51520	192.0.2.9	443	tcp	-	3.065462	0	0	OTH	-	-	0	C	4	-	0	-	-	6
1795527200.527487	CKLkNJskXIes5ZOtB2	192.0.2.7	40022	192.0.2.1	80	tcp	-	0.000029	0	0	S0	-	-	0	Sc	1	-	1	-	-	6
