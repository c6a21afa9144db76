package identify

import (
	"net/netip"
	"slices"
)

// MaxText bounds every string kept from the wire, in octets.
const MaxText = 255

// Facts is what the payload of one flow told. It is complete when the flow ends;
// until then it grows. Where a fact belongs to one end, index 0 is the
// originator's and 1 the responder's once Oriented.
type Facts struct {
	Protocol   Protocol
	Confidence Confidence
	Client     int8      // the end that acts as the protocol's client: 0, 1, -1 not told
	Version    string    // of the protocol, "" unknown
	Frames     [2]uint64 // frames whose octets showed it, one of each end, 0 none
	Banner     [2]string // the line an end introduces itself with (SSH, SMTP, FTP, VNC ...)
	Software   [2]string // program as it names itself (User-Agent, Server ...)
	Name       string    // of the responder: SNI, HTTP host
	NameBy     string    // tls, quic, http, socks or netbios
	TLS        *Hello    // TLS, also inside QUIC and after STARTTLS
	HTTP       *Web
	DNS        *Lookup
	QUIC       *QUICFacts
	Login      *Login
	// Caller is for whom a PROXY header says that its sender, the originator, calls. Not valid: it does not say.
	Caller netip.AddrPort
	// StartTLS: the plain-text protocol asked for TLS, and went on in it.
	StartTLS bool
	// Sealed: the plain-text protocol enciphers its messages itself (SASL).
	Sealed bool
	// Opaque: nothing was recognised, and what both ends sent looks random. Then
	// Protocol is None and nothing else is told.
	Opaque bool

	toldBy int8 // the end whose octets alone tell Client, plus one; 0: they do not
}

// Hello is what a TLS handshake shows in clear (RFC 8446, RFC 5246).
type Hello struct {
	Name       string   // SNI
	Offered    []string // ALPN of the client
	ALPN       string   // chosen by the server; invisible in TLS 1.3 over TCP
	MaxVersion uint16   // highest the client offers
	Version    uint16   // negotiated, 0 unknown
	Cipher     uint16   // negotiated suite
	HasCipher  bool
	JA4        string
	ECH        bool // encrypted client hello was offered: the name may be a front
	Resumed    bool // the server took a session up again: no certificate follows
	Cert       *Certificate
	Alert      uint8 // description of the first alert in clear that ends the connection, else of the first; valid with HasAlert
	HasAlert   bool
	AlertFatal bool   // it ends the connection
	AlertBy    int8   // 0 by the client, 1 by the server
	AlertFrame uint64 // 0 where HasAlert is not set
	HelloFrame uint64 // ClientHello
	ReplyFrame uint64 // ServerHello
	CertFrame  uint64

	session uint64 // hash of the session id the client offers
}

// Certificate is what the first octets of a server's certificate tell (TLS 1.2
// and older; later ones are encrypted). Times are seconds since 1970.
type Certificate struct {
	Subject, Issuer     string // common name, else organisation
	Names               []string
	AllNames            bool // no other name stands in it
	NotBefore, NotAfter int64
	SubjectSeen         bool // all of the subject's octets were there
	SelfSigned          bool // issuer equals subject
	CA                  bool
}

// Web is what the first request and its answer say (RFC 9112). Paths, queries,
// cookies and credentials are not kept.
type Web struct {
	Method      string
	Host        string // with port, as sent
	Status      int    // 0: no answer seen
	Location    string // scheme://host:port of a redirection, without path
	ContentType string
	StatusFrame uint64
	Upgrade     string
}

// Lookup is a question to a name service and its answer (RFC 1035).
type Lookup struct {
	Query      string
	Type       uint16
	Answers    []string // addresses and names, at most 8
	Code       int      // response code, -1 no answer seen
	Queries    uint32   // questions seen while looked at
	Same       uint32   // of them, those for the name of the first
	AnswerSize uint32   // octets of the largest answer

	asked [keptQuestions]question // the latest, each in the place of its number
	name  uint32                  // stands for the name of the first
}

// QUICFacts is the verdict on a QUIC connection and the frames that prove it.
type QUICFacts struct {
	Verdict  QUICVerdict
	Version  uint32
	Frames   []uint64 // that prove the verdict, in its order
	Retried  bool
	Versions bool // version negotiation took place
}

// Login is a login as it passed in clear. The secret itself is never kept.
type Login struct {
	User   string
	Method string // "ftp PASS", "http basic", "snmp community" ...
	Clear  bool   // a secret was readable
	Secret int    // its length in octets, 0 unknown
	Frame  uint64 // that carried the secret, or else the user
}

// Oriented is f with the ends in the record's order; orig is the side that is the
// originator. It returns f itself when nothing changes.
func (f *Facts) Oriented(orig int) *Facts {
	if f == nil || orig == 0 {
		return f
	}
	g := *f
	g.Frames[0], g.Frames[1] = f.Frames[1], f.Frames[0]
	g.Banner[0], g.Banner[1] = f.Banner[1], f.Banner[0]
	g.Software[0], g.Software[1] = f.Software[1], f.Software[0]
	if f.Client >= 0 {
		g.Client = 1 - f.Client
	}
	return &g
}

// clone is a copy that later packets do not change.
func (f *Facts) clone() *Facts {
	if f == nil {
		return nil
	}
	g := *f
	if f.TLS != nil {
		h := *f.TLS
		g.TLS = &h
	}
	if f.HTTP != nil {
		w := *f.HTTP
		g.HTTP = &w
	}
	if f.DNS != nil {
		d := *f.DNS
		d.Answers = slices.Clone(d.Answers)
		g.DNS = &d
	}
	if f.QUIC != nil {
		q := *f.QUIC
		q.Frames = slices.Clone(q.Frames)
		g.QUIC = &q
	}
	if f.Login != nil {
		l := *f.Login
		g.Login = &l
	}
	return &g
}
