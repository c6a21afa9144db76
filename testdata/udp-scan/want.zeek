#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795642638.777550	C5H4J1ht9TzzQGYtaH	10.20.0.9	53026	10.20.0.1	1006	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777799	CDFLYLxzPSMVznVuHx	10.20.0.9	53026	10.20.0.1	1012	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777805	CPxt7DxYrGeF0rpf9J	10.20.0.9	53026	10.20.0.1	1008	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777809	C79tbCik1IvGfaAzQO	10.20.0.9	53026	10.20.0.1	1019	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777814	C2NBCryjiAEqUyglX8	10.20.0.9	53026	10.20.0.1	1000	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777820	CmC8ydfP6NzuXqvjZD	10.20.0.9	53026	10.20.0.1	1001	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777824	C9kUK7yhXj02GEmij4	10.20.0.9	53026	10.20.0.1	1015	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777827	CiXIXRUwVOHtonXjXz	10.20.0.9	53026	10.20.0.1	1003	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777831	CglmzuQtIB2k4IK9DS	10.20.0.9	53026	10.20.0.1	1010	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777835	CxI6SG2jyuXhfV0IsN	10.20.0.9	53026	10.20.0.1	1013	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777866	CSaxsezxyNQsFE7S0B	10.20.0.9	53026	10.20.0.1	1005	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777872	CUnwQQ20v44rtHfjlH	10.20.0.9	53026	10.20.0.1	1018	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777876	CYlXrnsgbbbBCeGMdO	10.20.0.9	53026	10.20.0.1	1004	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777882	CxVzKtcsJaeufL7xJK	10.20.0.9	53026	10.20.0.1	1011	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777888	CnapZ0POPoVNr3cYU4	10.20.0.9	53026	10.20.0.1	1002	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777892	C9Z1IJk017BsQiDV8I	10.20.0.9	53026	10.20.0.1	1017	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777896	Ck3uhCcyDJWdA9g0oM	10.20.0.9	53026	10.20.0.1	1009	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777900	CnXGf9kfH1i8ZUqinC	10.20.0.9	53026	10.20.0.1	1007	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777903	CQrKKdFR2cSFwFV9xD	10.20.0.9	53026	10.20.0.1	1014	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
1795642638.777906	Cpx6eR3qs1a7mmClyr	10.20.0.9	53026	10.20.0.1	1016	udp	-	-	0	0	S0	-	-	0	D	1	-	0	-	-	17
