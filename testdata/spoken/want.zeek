#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795645407.107744	CiqnWyOUw5oAN1KL76	192.0.2.2	58357	192.0.2.1	53	udp	dns	0.000176	30	46	OTH	-	-	0	Cc	1	-	1	-	-	17
1795645407.164858	CHreI23ZHTGSJWp1Kp	192.0.2.2	54980	192.0.2.1	443	tcp	ssl	0.066412	597	1092	OTH	-	-	0	Cc	8	-	6	-	-	6
1795645407.231475	C6PqJGy586SImk70kM	192.0.2.2	57474	192.0.2.1	21	tcp	ftp	0.002206	37	71	OTH	-	-	0	Cc	8	-	7	-	-	6
1795645407.231954	CNDHY3mLFJDEc90AuO	192.0.2.2	55808	192.0.2.1	25	tcp	smtp,ssl	0.005147	691	1045	OTH	-	-	0	CcC	10	-	9	-	-	6
1795645407.237064	ChsLITg1L9E6QIRNpY	192.0.2.2	58357	192.0.2.1	514	udp	syslog	-	57	0	OTH	-	-	0	C	1	-	0	-	-	17
1795645407.527933	CGRXpZHwekKlfVxztR	192.0.2.2	42864	192.0.2.1	80	tcp	http	0.006001	76	153	OTH	-	-	0	Cc	5	-	5	-	-	6
1795645407.552609	CiaHICUdn1RKUHGVEQ	192.0.2.2	37490	192.0.2.1	8080	tcp	http	0.005267	152	107	OTH	-	-	0	Cc	6	-	4	-	-	6
1795645407.571223	Cm7JCDuMcbZkuf8q6h	192.0.2.2	54990	192.0.2.1	443	tcp	ssl	0.012484	452	5911	OTH	-	-	0	Cc	9	-	8	-	-	6
1795645407.602692	CdYvHSKxUsClDeojVx	192.0.2.2	55000	192.0.2.1	443	tcp	ssl	0.031796	719	6667	OTH	-	-	0	Cc	9	-	9	-	-	6
1795645407.654444	CkM1D4IrkXdS3osnSJ	192.0.2.2	55150	192.0.2.1	22	tcp	ssh	0.151630	2289	2377	OTH	-	-	0	CcC	10	-	7	-	-	6
1795645407.816342	CBuSdGyOxM29Y98hx8	192.0.2.2	33692	192.0.2.1	8000	tcp	http	0.806178	78	107	OTH	-	-	0	Cc	5	-	5	-	-	6
1795645408.634387	CCd3Ht7hb8vrVVJHdl	192.0.2.2	36120	192.0.2.1	2323	tcp	http	0.000618	78	107	OTH	-	-	0	Cc	6	-	4	-	-	6
