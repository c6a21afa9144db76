#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795525200.005000	CEhBZJQeCYRnKz2Mtu	192.0.2.10	50000	198.51.100.20	443	udp	quic,ssl	0.005000	2400	0	S0	-	-	0	D	2	-	0	-	-	17
1795525200.015000	CwyuFZZt5t5LNzPoGM	192.0.2.10	50001	198.51.100.20	443	udp	quic,ssl	0.020000	2506	1369	SF	-	-	0	Dd	3	-	2	-	-	17
1795525200.040000	CS45RcriRig6UHgMBM	192.0.2.10	50002	198.51.100.20	443	udp	quic,ssl	0.010000	2400	1328	SF	-	-	0	Dd	2	-	1	-	-	17
1795525200.055000	Clug83hWkM7W7al8xK	192.0.2.10	50003	198.51.100.20	443	udp	quic,ssl	0.010000	2400	48	SF	-	-	0	Dd	2	-	1	-	-	17
1795525200.070000	Cpg8YwcpMJ0qBFf1Ey	192.0.2.10	50004	198.51.100.20	443	udp	quic,ssl	0.005000	1200	63	SF	-	-	0	Dd	1	-	1	-	-	17
1795525200.080000	CB3Jl0iuURfTmVwiKb	192.0.2.10	50005	198.51.100.20	443	udp	quic,ssl	0.015000	3600	63	SF	-	-	0	Dd	3	-	1	-	-	17
1795525200.100000	CiBDGEIX3Yh19KmoDI	192.0.2.10	50006	198.51.100.20	443	udp	quic,ssl	0.005000	1200	31	SF	-	-	0	Dd	1	-	1	-	-	17
1795525200.110000	CvZbHYc8VYfRpxMEjK	192.0.2.10	50007	198.51.100.20	443	udp	quic,ssl	0.005000	2400	0	S0	-	-	0	D	2	-	0	-	-	17
1795525200.120000	CJNFV8Tpg1OJR00t2w	192.0.2.10	50008	198.51.100.20	443	udp	quic,ssl	0.020000	2506	1369	SF	-	-	0	Dd	3	-	2	-	-	17
1795525200.145000	CBbPCFhbOakzpnQ2go	192.0.2.10	50009	198.51.100.20	443	udp	quic,ssl	0.010000	2400	1328	SF	-	-	0	Dd	2	-	1	-	-	17
1795525200.160000	CCqaCTGELRlK19lq4G	192.0.2.10	50010	198.51.100.20	443	udp	quic,ssl	0.010000	2400	48	SF	-	-	0	Dd	2	-	1	-	-	17
1795525200.175000	CvyIftipz5W7yKFjkr	192.0.2.10	50011	198.51.100.20	443	udp	quic,ssl	0.005000	1200	63	SF	-	-	0	Dd	1	-	1	-	-	17
1795525200.185000	CDv9q7wf5i0zGB6OkU	192.0.2.10	50012	198.51.100.20	443	udp	quic,ssl	0.015000	3600	63	SF	-	-	0	Dd	3	-	1	-	-	17
1795525200.205000	CDOFrzStPCEFykCFmc	192.0.2.10	50013	198.51.100.20	443	udp	quic,ssl	0.005000	1200	31	SF	-	-	0	Dd	1	-	1	-	-	17
