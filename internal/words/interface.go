package words

import "fmt"

// interfaceChanges are the sentences of what becomes of an interface; the second name is the new one, or the one
// that is waited for.
var interfaceChanges = map[string][2]string{
	"is_down":       {"%s is down: nothing comes until it is up", "%s está apagada: no llega nada hasta que se encienda"},
	"went_down":     {"%s went down", "%s se ha apagado"},
	"came_up":       {"%s came up", "%s se ha encendido"},
	"renamed":       {"%s is called %s now; it is listened to as before", "%s se llama ahora %s; se sigue escuchando"},
	"went_away":     {"%s went away; waiting for %s", "%s ha desaparecido; se espera a %s"},
	"gone":          {"%s went away", "%s ha desaparecido"}, // where nothing is waited for
	"came_back":     {"%s came back", "%s ha vuelto"},
	"cannot_reopen": {"%s came back and cannot be listened to", "%s ha vuelto y no se puede escuchar"},
}

// InterfaceChange says what became of an interface; other is its second name and err why, where there is one. Names
// are as the kernel has them: the caller makes them fit to be shown.
func InterfaceChange(l Lang, change, name, other string, err error) string {
	args := []any{name}
	switch {
	case other != "":
		args = append(args, other)
	case change == "went_away":
		change = "gone"
	}
	s := fmt.Sprintf(l.Pick(interfaceChanges[change][0], interfaceChanges[change][1]), args...)
	if err != nil {
		s += ": " + err.Error()
	}
	return s
}
