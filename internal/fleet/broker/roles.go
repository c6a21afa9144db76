package broker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
)

// User is a line of the file of users.
type User struct {
	Role, Site, Public string
}

// longestUser is how many octets a line of the file of users has at most.
const longestUser = 4096

// ReadUsers reads who may connect: one a line, "sensor SITE PUBLIC", "hub PUBLIC"
// or "admin PUBLIC", with the public keys that portero-fleet key prints. # begins a
// remark. A key is one thing only: the server would take the last line about it for all, and what was
// written first to be kept in would not hold.
func ReadUsers(r io.Reader) ([]User, error) {
	var us []User
	first := map[string]int{} // the line of each key
	who := map[string]User{}
	s := bufio.NewScanner(r)
	s.Buffer(nil, longestUser)
	n := 1
	for ; s.Scan(); n++ {
		line, _, _ := strings.Cut(s.Text(), "#")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff") // the mark that editors on Windows put first
		}
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		u := User{Role: f[0]}
		switch {
		case f[0] == "sensor" && len(f) == 3 && batch.ValidName(f[1]):
			u.Site, u.Public = f[1], f[2]
		case (f[0] == "hub" || f[0] == "admin") && len(f) == 2:
			u.Public = f[1]
		default:
			return nil, fmt.Errorf("line %d: write sensor SITE PUBLIC, hub PUBLIC or admin PUBLIC", n)
		}
		if !nkeys.IsValidPublicUserKey(u.Public) {
			if _, err := nkeys.FromSeed([]byte(u.Public)); err == nil { // not to be shown
				return nil, fmt.Errorf("line %d: this is a secret, and the public key belongs here; make a new one with portero-fleet key", n)
			}
			return nil, fmt.Errorf("line %d: %.60q is no public key (portero-fleet key prints one)", n, u.Public)
		}
		if was := first[u.Public]; was == 0 {
			first[u.Public], who[u.Public] = n, u
		} else if who[u.Public] != u {
			return nil, fmt.Errorf("line %d: this key is another's already, on line %d; make one for each with portero-fleet key", n, was)
		}
		us = append(us, u)
	}
	if errors.Is(s.Err(), bufio.ErrTooLong) {
		return nil, fmt.Errorf("line %d: too long for a user (more than %d octets)", n, longestUser)
	}
	return us, s.Err()
}

// role is what the keys of one role, and with sensors of one site, may say. They hear answers
// to that, and nothing else.
type role struct {
	account string
	says    []service
}

// service is what is said, and how many answers it has.
type service struct {
	subject string
	many    bool
}

// roleOf is nil for an admin, who may say and hear all: works on archives, and asks how all are.
func roleOf(u *User) *role {
	switch u.Role {
	case "sensor":
		return &role{"site-" + u.Site, []service{{"flows." + u.Site + ".*", false}, {bus.StatusSubject(u.Site, "sensor", "*"), false}}}
	case "hub":
		const store = bus.Flows + "." + bus.Store
		// A hub takes from one consumer, tells what it stored, and how it is. It makes no consumer:
		// the server sends what one brings to any subject that its maker names.
		return &role{"hubs", []service{
			{"$JS.API.STREAM.INFO." + bus.Flows, false},
			{"$JS.API.CONSUMER.INFO." + store, false},
			{"$JS.API.CONSUMER.MSG.NEXT." + store, true},
			{"$JS.ACK." + store + ".>", false},
			{"$JS.API.STREAM.INFO." + bus.Status, false},
			{"$JS.API.STREAM.MSG.GET." + bus.Status, false},
			{bus.StatusSubject(bus.Hubs, "hub", "*"), false},
		}}
	}
	return nil
}

func (r *role) permissions(u *User) *server.Permissions {
	p := &server.Permissions{Publish: &server.SubjectPermission{}, Subscribe: &server.SubjectPermission{Allow: []string{bus.InboxOf(u.Public) + ".>"}}}
	for _, s := range r.says {
		p.Publish.Allow = append(p.Publish.Allow, s.subject)
	}
	return p
}

// accounts gives each role an account of its own, to which only that is known which the role may
// say. Permissions alone do not hold: whoever asks the server for something names the subject of
// the answer, and the server sends that without looking at them. A hub that asked where there is
// nothing to store, and wanted the answer at $JS.API.STREAM.DELETE.FLOWS, deleted all there was; a
// sensor had what acknowledges its batch sent as a batch, or a word, of another site.
func accounts(rs []*role) (map[string]*server.Account, []*server.Account, error) {
	var conf, exports strings.Builder
	for _, r := range rs {
		fmt.Fprintf(&conf, "%q { imports: [", r.account)
		// An account that has no other's word on JetStream is given the server's whole own, which
		// would answer beside ours that it has none.
		for _, s := range append(r.says, service{server.JSApiAccountInfo, false}) {
			fmt.Fprintf(&conf, "{service: {account: main, subject: %q}}\n", s.subject)
			kind := "Single"
			if s.many {
				kind = "Stream"
			}
			fmt.Fprintf(&exports, "{service: %q, response_type: %q}\n", s.subject, kind)
		}
		conf.WriteString("]}\n")
	}
	// Only the server's own language of settings can say that an account has JetStream.
	var o server.Options
	if err := o.ProcessConfigString(fmt.Sprintf("accounts { main { jetstream: enabled, exports: [\n%s] }\n%s}", exports.String(), conf.String())); err != nil {
		return nil, nil, fmt.Errorf("accounts: %w", err)
	}
	by := map[string]*server.Account{}
	for _, a := range o.Accounts {
		if by[a.Name] = a; a.Name == "main" {
			a.Name = server.DEFAULT_GLOBAL_ACCOUNT // where the streams have always been; the language has no word for it
		}
	}
	return by, o.Accounts, nil
}

// letIn tells the server who may connect, and as what.
func letIn(so *server.Options, us []User) error {
	var rs []*role
	known := map[string]bool{}
	for i := range us {
		if r := roleOf(&us[i]); r != nil && !known[r.account] {
			known[r.account] = true
			rs = append(rs, r)
		}
	}
	by, all, err := accounts(rs)
	if err != nil {
		return err
	}
	so.Accounts = all
	for i := range us {
		u := &server.NkeyUser{Nkey: us[i].Public}
		if r := roleOf(&us[i]); r != nil {
			u.Permissions, u.Account = r.permissions(&us[i]), by[r.account]
		}
		so.Nkeys = append(so.Nkeys, u)
	}
	return nil
}
