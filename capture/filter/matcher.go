package filter

import "portero/capture"

// Matcher selects frames of any mixture of link types. It belongs to one
// goroutine.
//
// An expression may have no meaning on some link type ("vlan" on PPP). tcpdump
// refuses to start then; a capture that mixes link types has frames for which
// the expression does mean something, so Match goes on, selects no frame of such
// a link type, and Err tells of the first.
type Matcher struct {
	expr  *Expr
	opt   Options
	progs map[progKey]*Program // nil: refused
	last  progKey
	prog  *Program
	valid bool // last and prog are set
	err   error
	links map[capture.LinkType]error
}

type progKey struct {
	link   capture.LinkType
	beside bool // the VLAN tag is beside the frame
}

// New parses expr. It fails with an *Error when expr is refused on every link
// type, as far as Ethernet shows that.
func New(expr string, opt Options) (*Matcher, error) {
	e, err := Parse(expr)
	if err != nil {
		return nil, err
	}
	if _, err := e.Compile(ltEthernet, opt); err != nil {
		if fe, ok := err.(*Error); !ok || !fe.OnLink {
			return nil, err
		}
	}
	return &Matcher{expr: e, opt: opt, progs: map[progKey]*Program{}, links: map[capture.LinkType]error{}}, nil
}

// Clone returns a Matcher for another goroutine, with nothing compiled yet and
// no errors.
func (m *Matcher) Clone() *Matcher {
	return &Matcher{expr: m.expr, opt: m.opt, progs: map[progKey]*Program{}, links: map[capture.LinkType]error{}}
}

// Expr returns the expression.
func (m *Matcher) Expr() *Expr { return m.expr }

// Match reports whether the expression selects f. It allocates nothing but for
// the first frame of a link type.
func (m *Matcher) Match(f *capture.Frame) bool {
	key := progKey{f.Link, f.HasVLAN && m.expr.vlan}
	if key != m.last || !m.valid {
		m.prog, m.last, m.valid = m.program(key), key, true
	}
	if m.prog == nil {
		return false
	}
	return run(m.prog.code, f.Data, f.WireLen, f)
}

// Check compiles the expression for link and returns the *Error that refuses it
// there, so that a source of one link type can fail before it starts.
func (m *Matcher) Check(link capture.LinkType) error {
	if m.program(progKey{link: link}) == nil {
		return m.links[link]
	}
	return nil
}

// Err returns the *Error for the first link type met on which the expression is
// refused, nil if there was none.
func (m *Matcher) Err() error { return m.err }

// Refused returns the errors of all link types met on which the expression is
// refused. The map belongs to the Matcher.
func (m *Matcher) Refused() map[capture.LinkType]error { return m.links }

func (m *Matcher) program(key progKey) *Program {
	if p, ok := m.progs[key]; ok {
		return p
	}
	mode := tagInFrame
	if key.beside && links[key.link].fam == famEther {
		mode = tagBeside
	}
	p, err := m.expr.compile(key.link, m.opt, mode)
	if err != nil {
		p = nil
		m.links[key.link] = err
		if m.err == nil {
			m.err = err
		}
	}
	m.progs[key] = p
	return p
}
