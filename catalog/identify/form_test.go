package identify

import (
	"fmt"
	"strings"
	"testing"
)

// TestForms: a login by a page's form is one, with the name that stands in it and as many octets as were in the field of the
// password; flags, digests, other fields and other kinds of bodies are none, and what is cut is not measured.
func TestForms(t *testing.T) {
	const urlencoded, asJSON = "application/x-www-form-urlencoded", "application/json; charset=utf-8"
	post := func(kind, body string) string {
		return fmt.Sprintf("POST /login HTTP/1.1\r\nHost: door.org\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", kind, len(body), body)
	}
	for _, c := range []struct {
		what, request, want string
		secret              int
	}{
		{"a form", post(urlencoded, "user=anna&password=s3cr%2Ft+x&go=1"), "anna, http form, readable", 8},
		{"in capitals, with a charset", post("Application/X-WWW-Form-Urlencoded;charset=UTF-8", "UserName=anna&PassWord=abc"), "anna, http form, readable", 3},
		{"of a framework", post(urlencoded, "user%5Bemail%5D=a%40b.org&user[password]=hunter2&user%5Bremember_password%5D=1"), "a@b.org, http form, readable", 7},
		{"WordPress", post(urlencoded, "log=anna&pwd=hunter2&rememberme=forever"), "anna, http form, readable", 7},
		{"in Spanish", post(urlencoded, "usuario=ana&contrase%C3%B1a=cla%20ve"), "ana, http form, readable", 6},
		{"the password alone", post(urlencoded, "password=hunter2"), ", http form, readable", 7},
		{"a program's", post(asJSON, `{"user": {"email" : "a@b.org", "password":"hun\"ter2"}, "n": 1}`), "a@b.org, http form, readable", 9},
		{"a digest made by the page", post(urlencoded, "user=anna&password=5f4dcc3b5aa765d61d8327deb882cf99"), "anna, http form", 0},
		{"empty", post(urlencoded, "user=anna&password="), "none", 0},
		{"a flag", post(urlencoded, "user=anna&save_password=yes&password=1"), "none", 0},
		{"of no login", post(urlencoded, "q=password&passage=4&class=user"), "none", 0},
		{"a word in JSON that is no name", post(asJSON, `["password","hunter2",{"password":7},"x"]`), "none", 0},
		{"another kind", post("text/plain", "user=anna&password=hunter2"), "none", 0},
		{"another method", strings.Replace(post(urlencoded, "user=anna&password=hunter2"), "POST", "GET", 1), "none", 0},
		{"beyond the body", post(urlencoded, "user=anna") + "&password=hunter2", "none", 0},
		{"longer than what is looked at", post(urlencoded, "user=anna&password="+strings.Repeat("x", 300)), "none", 0},
		{"cut by what is kept", post(urlencoded, "pad="+strings.Repeat("x", MaxKept)+"&user=anna&password=hunter2"), "none", 0},
		{"escapes that are none", post(urlencoded, "user=an%zz&password=%4&x=%"), "an%zz, http form, readable", 2},
		{"JSON that ends early", post(asJSON, `{"user":"anna","password":"hun`), "none", 0},
		{"Basic counts before a form", strings.Replace(post(urlencoded, "user=x&password=hunter2"), "\r\n\r\n", "\r\nAuthorization: Basic YW5uYTpnZWhlaW0=\r\n\r\n", 1), "anna, http basic, readable", 6},
	} {
		// Whole, in two pieces that part in the middle of the body, and in several.
		for _, at := range []int{0, len(c.request) - 5, 120} {
			d := tcpTalk(80)
			for rest := c.request; len(rest) > 0; {
				n := len(rest)
				if at > 0 && at < n {
					n = at
				}
				d.say(ours, rest[:n])
				rest = rest[n:]
			}
			f := d.say(theirs, "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n").end()
			if f == nil || f.Protocol != HTTP || loginOf(f) != c.want || f.Login != nil && f.Login.Secret != c.secret || f.HTTP.Method == "" || f.HTTP.Status != 302 {
				t.Errorf("%s, in pieces of %d: %s, want %s: %+v", c.what, at, loginOf(f), c.want, f)
			}
		}
	}
}
