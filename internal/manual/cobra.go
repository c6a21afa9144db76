package manual

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// What cobra and pflag themselves say in help, in Spanish.

// cobraHelp are the verbs that cobra adds: what they do in short and at length.
var cobraHelp = map[string][2]string{
	"portero help": {"Ayuda de cualquier verbo", "Muestra la ayuda de un verbo: portero help VERBO."},
	"portero completion": {"Hacer el guion con que la terminal completa verbos y opciones",
		"Hace el guion con que una terminal completa los verbos y las opciones de portero.\nLa ayuda de cada terminal dice cómo se usa: portero completion bash --help."},
	"portero completion bash": {"El guion para bash",
		"Hace el guion para bash. Para que bash lea por sí mismo lo de /etc/bash_completion.d hace falta\nel paquete bash-completion; para lo demás, ninguno.\n\nPara esta sesión:\n\n\tsource <(portero completion bash)\n\nPara todas las que vengan, una vez:\n\n#### Linux:\n\n\tportero completion bash > /etc/bash_completion.d/portero\n\n#### macOS:\n\n\tportero completion bash > $(brew --prefix)/etc/bash_completion.d/portero\n\nVale desde la siguiente sesión."},
	"portero completion zsh": {"El guion para zsh",
		"Hace el guion para zsh. Si zsh no completa nada todavía, una vez:\n\n\techo \"autoload -U compinit; compinit\" >> ~/.zshrc\n\nPara esta sesión:\n\n\tsource <(portero completion zsh)\n\nPara todas las que vengan, una vez:\n\n#### Linux:\n\n\tportero completion zsh > \"${fpath[1]}/_portero\"\n\n#### macOS:\n\n\tportero completion zsh > $(brew --prefix)/share/zsh/site-functions/_portero\n\nVale desde la siguiente sesión."},
	"portero completion fish": {"El guion para fish",
		"Hace el guion para fish.\n\nPara esta sesión:\n\n\tportero completion fish | source\n\nPara todas las que vengan, una vez:\n\n\tportero completion fish > ~/.config/fish/completions/portero.fish\n\nVale desde la siguiente sesión."},
	"portero completion powershell": {"El guion para PowerShell",
		"Hace el guion para PowerShell.\n\nPara esta sesión:\n\n\tportero completion powershell | Out-String | Invoke-Expression\n\nPara todas las que vengan, la salida de esa orden va al perfil de PowerShell."},
}

// operands are the words of usage lines.
var operands = strings.NewReplacer("FILE", "FICHERO", "FILTER", "FILTRO", "INTERFACE", "INTERFAZ", "WORD", "PALABRA", "VERB", "VERBO", "SCENARIO", "ESCENARIO", "POLICY", "POLÍTICA", "QUESTION", "PREGUNTA", "NAME=VALUE", "NOMBRE=VALOR", "DIR", "CARPETA",
	"[command]", "[VERBO]")

// speakCobra puts into Spanish what cobra says of a verb: its usage line, the flag --help
// and the verbs that cobra adds.
func speakCobra(cmd *cobra.Command) {
	if name := cmd.Root().Name(); cmd != cmd.Root() {
		if h, ok := cobraHelp["portero"+strings.TrimPrefix(cmd.CommandPath(), name)]; ok {
			cmd.Short, cmd.Long = h[0], strings.ReplaceAll(h[1], "portero", name)
		}
	}
	cmd.InitDefaultHelpFlag()
	if f := cmd.Flags().Lookup("help"); f != nil {
		f.Usage = "ayuda de " + cmd.Name()
	}
	if f := cmd.Flags().Lookup("no-descriptions"); f != nil {
		f.Usage = "completar sin descripciones"
	}
	cmd.Use = operands.Replace(cmd.Use)
	if cmd.HasAvailableFlags() && !cmd.DisableFlagsInUseLine {
		cmd.Use += " [opciones]"
	}
	cmd.DisableFlagsInUseLine = true
}

// values are the kinds of values that pflag names, with the Spanish word.
var values = map[string]string{"string": "texto", "strings": "lista", "stringArray": "texto", "int": "número", "uint": "número", "float": "número", "duration": "tiempo"}

var (
	valued     = regexp.MustCompile(`(?m)^( +(?:-\w, )?--[a-z-]+ )(strings|stringArray|string|uint|int|float|duration)( +)`)
	defaulted  = regexp.MustCompile(`(?m) \(default (.*)\)$`)
	defaultTag = " (si falta, $1)"
)

// spanishFlags puts pflag's listing of flags into Spanish. Its columns stay.
func spanishFlags(listing string) string {
	listing = valued.ReplaceAllStringFunc(listing, func(s string) string {
		m := valued.FindStringSubmatch(s)
		w := values[m[2]]
		return m[1] + w + strings.Repeat(" ", max(len(m[2])+len(m[3])-utf8.RuneCountInString(w), 2))
	})
	return defaulted.ReplaceAllString(listing, defaultTag)
}
