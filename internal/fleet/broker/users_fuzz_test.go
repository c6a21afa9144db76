package broker

import (
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"
)

// placed is how every mistake in a file of users begins.
var placed = regexp.MustCompile(`^line [1-9][0-9]*: .`)

// Whatever is in a file of users, it is read or refused with the line, and who is in it can be told to the server.
func FuzzReadUsers(f *testing.F) {
	key := func(letter string) string {
		kp, err := nkeys.FromRawSeed(nkeys.PrefixByteUser, []byte(strings.Repeat(letter, 32))) // the same each time
		if err != nil {
			f.Fatal(err)
		}
		pub, err := kp.PublicKey()
		if err != nil {
			f.Fatal(err)
		}
		return pub
	}
	pub, second := key("k"), key("l")
	if us, err := ReadUsers(strings.NewReader("sensor hq " + pub + "\nhub " + second)); err != nil || len(us) != 2 {
		f.Fatal(us, err)
	}
	for _, s := range []string{"", "# nobody\n", "hub " + pub, "\ufeffsensor hq " + pub + " # core\r\nadmin " + second, "sensor hq " + pub + "\nadmin " + pub, "sensor h-q_1 " + pub + "\n\n\thub\t" + pub, "hub " + strings.ToLower(pub), "sensor * " + pub, "hub \xff", strings.Repeat("x", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		us, err := ReadUsers(strings.NewReader(s))
		if err != nil {
			if !placed.MatchString(err.Error()) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		sites, one := map[string]bool{}, map[string]User{}
		for i := range us {
			if !nkeys.IsValidPublicUserKey(us[i].Public) || (us[i].Role == "sensor") != (us[i].Site != "") {
				t.Errorf("%q: %+v", s, us[i])
			}
			sites[us[i].Site] = true
			if u, known := one[us[i].Public]; known && u != us[i] {
				t.Errorf("%q: one key, %+v and %+v", s, u, us[i])
			}
			one[us[i].Public] = us[i]
		}
		if len(us) == 0 || len(sites) > 20 {
			return
		}
		var rs []*role
		for i := range us {
			if r := roleOf(&us[i]); r != nil {
				rs = append(rs, r)
			}
		}
		if len(rs) > 0 && len(rs) == len(sites) {
			if _, _, err := accounts(rs); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
	})
}
