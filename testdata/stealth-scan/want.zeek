#separator \x09
#set_separator	,
#empty_field	(empty)
#unset_field	-
#path	conn
#fields	ts	uid	id.orig_h	id.orig_p	id.resp_h	id.resp_p	proto	service	duration	orig_bytes	resp_bytes	conn_state	local_orig	local_resp	missed_bytes	history	orig_pkts	orig_ip_bytes	resp_pkts	resp_ip_bytes	tunnel_parents	ip_proto
#types	time	string	addr	port	addr	port	enum	string	interval	count	count	string	bool	bool	count	string	count	count	count	count	set[string]	count
1795642634.385793	CiWM03KiyC97tA5c7A	10.20.0.9	36421	10.20.0.1	23	tcp	-	0.000018	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.385817	C3w8MZemJMjVKxsyrg	10.20.0.9	36421	10.20.0.1	22	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.385821	CNZdAwZlGzqxMhzCRv	10.20.0.9	36421	10.20.0.1	21	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.385825	C3DWEDSxqVOLTE1Gal	10.20.0.9	36421	10.20.0.1	24	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.385829	C08KDsRym4AeA4AWIs	10.20.0.9	36421	10.20.0.1	20	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.689820	CE5r2DlJhlw1donQDM	10.20.0.9	57444	10.20.0.1	23	tcp	-	0.000029	0	0	RSTRH	-	-	0	r	1	-	1	-	-	6
1795642634.689856	CoUXQuzSlUXKPbdgRj	10.20.0.9	57444	10.20.0.1	22	tcp	-	0.000001	0	0	RSTRH	-	-	0	r	1	-	1	-	-	6
1795642634.689859	C2wY9csWuko1dudXZV	10.20.0.9	57444	10.20.0.1	21	tcp	-	0.000001	0	0	RSTRH	-	-	0	r	1	-	1	-	-	6
1795642634.689863	CbOztkjikaFNBLQzQs	10.20.0.9	57444	10.20.0.1	20	tcp	-	0.000001	0	0	RSTRH	-	-	0	r	1	-	1	-	-	6
1795642634.689867	CIRw2crqJTi4eo5fr7	10.20.0.9	57444	10.20.0.1	24	tcp	-	0.000001	0	0	RSTRH	-	-	0	r	1	-	1	-	-	6
1795642634.878070	CAXjlj88oEbf55lVN3	10.20.0.9	36750	10.20.0.1	21	tcp	-	0.000029	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.878106	Cfi2ognCcsp1NCkU1B	10.20.0.9	36750	10.20.0.1	22	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.878110	CxTbUgrx9WjSMypqfM	10.20.0.9	36750	10.20.0.1	23	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.878114	CIERBE7BfWHsveUiBJ	10.20.0.9	36750	10.20.0.1	24	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
1795642634.878118	CIdgw1sbpVWvIM4DxE	10.20.0.9	36750	10.20.0.1	20	tcp	-	0.000001	0	0	RSTR	-	-	0	Fr	1	-	1	-	-	6
