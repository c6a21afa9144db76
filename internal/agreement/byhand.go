package main

// hand is one row that was looked at frame by frame.
type hand struct{ file, tuple string }

const (
	malformedOptions = "tshark gives up at malformed IP options and drops the packet; the header's own length says where the transport begins, and portero books it"
	finalEnds        = "A routing header or a home address option: tshark shows the addresses of the IPv6 header, portero (and Zeek) the ends, for which the checksum is right"
	oneStream        = "tshark gives later exchanges of the same RPC service the same stream number, and the oracle's row sums them"
	otherSection     = "tshark stops at a section of another version (2.0); portero reads the sections it knows and goes on"
	insideSample     = "tshark counts a copy of a packet inside an sFlow sample"
	compressed       = "Some packets are compressed (IPComp, RFC 3173): tshark inflates them, portero names the protocol"
	zeekHandsOver    = "Zeek's analyzer takes the data connection over (GridFTP) and stops counting; the FINs are in the capture"
	wrongAck         = "The third packet acknowledges octets that were never sent (its ack is not SYN-ACK seq + 1), and a RST of the originator follows"
)

// byHand names causes that no rule can tell from the two answers alone.
var byHand = map[hand]string{
	{"OISF+suricata-verify/tests__bug-7414-decoder-event-01__ip_secopt.pcap", "udp 20.20.20.20:5060 30.30.30.30:5060"}:                                                 malformedOptions,
	{"OISF+suricata-verify/tests__firewall__tcp-session-decode-malformed-ipv4__input.pcap", "tcp 192.0.2.10:43210 198.51.100.5:443"}:                                   malformedOptions,
	{"the-tcpdump-group+tcpdump/tests__ipv6-srh-insert-cksum.pcap", "udp [2::f1:0]:5001 [12::1]:57745"}:                                                                finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-hoa-tcp-bad-chksum.pcap", "tcp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:80 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}:     finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-hoa-tcp-good-chksum.pcap", "tcp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:80 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}:    finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-hoa-udp-bad-chksum.pcap", "udp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:13000 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}:  finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-hoa-udp-good-chksum.pcap", "udp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:13000 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}: finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-route0-tcp-bad-chksum.pcap", "tcp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:80 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}:  finalEnds,
	{"zeek+zeek/testing__btest__Traces__chksums__ip6-route0-tcp-good-chksum.pcap", "tcp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:80 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}: finalEnds,
	{"zeek+zeek/testing__btest__Traces__mobile-ipv6__ipv6-mobile-routing.pcap", "udp [2001:4f8:4:7:2e0:81ff:fe52:9a6b]:13000 [2001:4f8:4:7:2e0:81ff:fe52:ffff]:30000"}: finalEnds,
	{"zeek+zeek/testing__btest__Traces__nfs__nfs_write.pcap", "udp 192.168.122.1:50172 192.168.122.219:20048"}:                                                         oneStream,
	{"zeek+zeek/testing__btest__Traces__nfs__nfs_write_bad_stable_how.pcap", "udp 192.168.122.1:50172 192.168.122.219:20048"}:                                          oneStream,
	{"google+gopacket/pcapgo__tests__be__test901.pcapng", "udp 0.0.0.0:68 255.255.255.255:67"}:                                                                         otherSection,
	{"google+gopacket/pcapgo__tests__le__test901.pcapng", "udp 0.0.0.0:68 255.255.255.255:67"}:                                                                         otherSection,
	{"seladb+PcapPlusPlus/Tests__ExamplesTest__pcap_examples__tcp-reassembly.pcap", "tcp 23.21.118.18:80 172.16.133.54:64370"}:                                         insideSample,
	{"the-tcpdump-group+libpcap/tests__filter__AH-IPcomp-IPv4.pcap", "tcp 50.0.1.1:1026 150.0.1.1:80"}:                                                                 compressed,
	{"zeek+zeek/testing__btest__Traces__globus-url-copy.pcap", "tcp 192.168.57.101:55968 192.168.57.103:35391"}:                                                        zeekHandsOver,
	{"arkime+arkime/tests__pcap__tcp_handshake_synthetic.pcap", "tcp 192.0.2.10:40004 198.51.100.5:8080"}:                                                              wrongAck,
	{"AlexeyVasilev+PcapFlowLab/tests__data__parsing__pppoe__33_pppoe_same_session_id_supported_and_unsupported_code.pcap", "udp 192.0.2.30:53540 198.51.100.30:443"}:  "One of the two frames carries a PPPoE code that is no session data: tshark looks inside all the same",
	{"AlexeyVasilev+PcapFlowLab/tests__data__parsing__vxlan__17_vxlan_udp_port_and_header_matrix.pcap", "tcp 10.40.0.10:49440 10.40.0.20:443"}:                         "Frame 4 says VXLAN without the I bit, which RFC 7348 (section 5) requires: tshark looks inside all the same",
}
