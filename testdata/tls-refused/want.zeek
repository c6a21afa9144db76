#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795781147.036814	CFpWYPLPINdh0vfiZE	127.0.0.1	54020	127.0.0.1	4431	tcp	ssl	0.026437	230	1239	OTH	-	-	0	Cc	6	-	4	-	-	6
1795781147.399343	CLbaJgTByH0hTGrRWm	127.0.0.1	54032	127.0.0.1	4431	tcp	ssl	0.077365	524	1368	OTH	-	-	0	Cc	6	-	4	-	-	6
1795781147.802938	CDN7GhBm0mDnMfnsF5	127.0.0.1	54048	127.0.0.1	4431	tcp	ssl	0.008227	457	6368	OTH	-	-	0	Cc	9	-	8	-	-	6
1795781148.123330	CxivSxsWwd0l0lWz3Q	127.0.0.1	54060	127.0.0.1	4431	tcp	ssl	0.013127	724	7096	OTH	-	-	0	CcC	11	-	8	-	-	6
1795781148.455704	CI03a5JB0pXUmLDNI2	127.0.0.1	37762	127.0.0.1	4432	tcp	ssl	0.005913	622	1330	OTH	-	-	0	Cc	6	-	6	-	-	6
1795781148.780322	Cqas503VIa9LbWsWrE	127.0.0.1	37764	127.0.0.1	4432	tcp	ssl	0.051075	1665	1330	OTH	-	-	0	Cc	6	-	6	-	-	6
1795781149.172433	CmJ2oDlL6Alh6aBmaC	127.0.0.1	45154	127.0.0.1	4434	tcp	ssl	0.002239	147	7	OTH	-	-	0	Cc	6	-	4	-	-	6
1795781149.504570	Czq4DpZ9wxoLnjohMh	127.0.0.1	39294	127.0.0.1	4434	tcp	ssl	0.006477	517	7	OTH	-	-	0	Cc	5	-	5	-	-	6
1795781149.920885	C0ylF5GJn2PCO4VYJn	127.0.0.1	44352	127.0.0.1	4433	udp	dtls	0.011415	445	1473	OTH	-	-	0	Cc	3	-	8	-	-	17
1795781150.824167	CKVQAkoM4YBc7mcJuX	127.0.0.1	55862	127.0.0.1	4431	tcp	ssl	0.002074	288	1368	OTH	-	-	0	Cc	7	-	4	-	-	6
