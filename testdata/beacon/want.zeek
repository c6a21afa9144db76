#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795642739.938491	CoQoOosU0Nh4WjMa9f	10.20.0.9	57264	10.20.0.1	8080	tcp	http	0.003037	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642750.454594	CDL5x4WNuMnofgxXKZ	10.20.0.9	55966	10.20.0.1	8080	tcp	http	0.002035	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642760.745603	CNLeRG7IgTsTVwzW2J	10.20.0.9	56080	10.20.0.1	8080	tcp	http	0.001138	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642771.144053	Cy7ddtSAv11tTRMkd5	10.20.0.9	42512	10.20.0.1	8080	tcp	http	0.003169	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642781.558518	CRKqECpD7ciDOfjG5v	10.20.0.9	35110	10.20.0.1	8080	tcp	http	0.003366	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642791.992000	CmpHLBuvQwgfiahv28	10.20.0.9	49904	10.20.0.1	8080	tcp	http	0.006490	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642802.368786	CLyETer0v0lg1wiSsF	10.20.0.9	47402	10.20.0.1	8080	tcp	http	0.004717	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642812.776045	CvM2I7dGTYXtF7prUY	10.20.0.9	60850	10.20.0.1	8080	tcp	http	0.007940	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642823.178967	CnBwmXmw6wDuN82diL	10.20.0.9	43450	10.20.0.1	8080	tcp	http	0.002591	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642833.589798	C241unJBTQSSyqpO7G	10.20.0.9	41400	10.20.0.1	8080	tcp	http	0.000861	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642843.991762	CMOwUkYtqbXcwzPxUc	10.20.0.9	44560	10.20.0.1	8080	tcp	http	0.001079	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642854.382035	CkklMNK8I5mx2JFOpc	10.20.0.9	39290	10.20.0.1	8080	tcp	http	0.003288	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642864.779312	CKbCbxVmxNIrzVV3iy	10.20.0.9	36456	10.20.0.1	8080	tcp	http	0.000961	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642875.200623	CHiEE2cAJKKGUUUUeE	10.20.0.9	59908	10.20.0.1	8080	tcp	http	0.004944	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642885.602694	CgEH7sHHi8ARgCIUq4	10.20.0.9	38182	10.20.0.1	8080	tcp	http	0.007073	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642896.209327	CC8DnHiZu6fTlFpny5	10.20.0.9	45790	10.20.0.1	8080	tcp	http	0.000593	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642906.447189	C0PjYZbEegS6c2ePLc	10.20.0.9	58288	10.20.0.1	8080	tcp	http	0.002629	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642916.908118	CJoxT7LX7W5RfHumZg	10.20.0.9	46260	10.20.0.1	8080	tcp	http	0.119497	78	46	OTH	-	-	0	Cca	6	-	5	-	-	6
1795642927.203633	Ctgg8x6GosEZPE8qcD	10.20.0.9	50110	10.20.0.1	8080	tcp	http	0.062192	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
1795642937.830386	C6eDMobONuV89nwr4o	10.20.0.9	47704	10.20.0.1	8080	tcp	http	0.007802	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642948.156274	C7qVb78eYnUkgmuTec	10.20.0.9	43590	10.20.0.1	8080	tcp	http	0.000448	78	46	OTH	-	-	0	Cc	6	-	4	-	-	6
1795642958.563469	CCytnyQG8ECimOyKiM	10.20.0.9	45714	10.20.0.1	8080	tcp	http	0.000334	78	46	OTH	-	-	0	Cc	5	-	5	-	-	6
