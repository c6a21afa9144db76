#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795642719.182050	CMzQbIa6TFCpsWsAzp	10.20.0.9	41608	10.20.0.1	21	tcp	ftp	0.043407	52	80	OTH	-	-	0	CcCc	10	-	10	-	-	6
1795642719.195787	CjTHMCZAI8QybDt1Sg	10.20.0.9	33546	10.20.0.1	110	tcp	pop3	0.041672	48	46	OTH	-	-	0	Cc	9	-	9	-	-	6
1795642719.205935	C7NCKOlEYdU2DFtkgZ	10.20.0.9	56398	10.20.0.1	80	tcp	http	0.002245	120	60	OTH	-	-	0	Cc	5	-	5	-	-	6
