package manual

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Bash makes `completion bash` write a script that works where the package bash-completion is not installed, as in most
// containers: cobra's writes an error into the line then, whenever Tab is pressed.
func Bash(root *cobra.Command) {
	cmd, _, err := root.Find([]string{"completion", "bash"})
	if err != nil || cmd.Name() != "bash" {
		return
	}
	const needs = "This script depends on the 'bash-completion' package.\nIf it is not installed already, you can install it via your OS's package manager.\n"
	cmd.Long = strings.Replace(cmd.Long, needs, "For bash to read what lies in /etc/bash_completion.d by itself the package bash-completion has\nto be there; nothing else needs one.\n", 1)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		bare, err := cmd.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := root.GenBashCompletionV2(&b, !bare); err != nil {
			return err
		}
		const asked = `    _get_comp_words_by_ref "$@" cur prev words cword` + "\n"
		if strings.Count(b.String(), asked) != 1 {
			return fmt.Errorf("completion bash: cobra's script is another")
		}
		_, err = io.WriteString(cmd.OutOrStdout(), strings.Replace(b.String(), asked, bashWords, 1))
		return err
	}
}

// bashWords finds the words of the line up to the cursor. bash takes them apart at = and :, and they are put together again.
const bashWords = `    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
        _get_comp_words_by_ref "$@" cur prev words cword
        return
    fi
    local i n=-1 word close rest=${COMP_LINE:0:COMP_POINT}
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]} close=
        [[ $rest != [[:blank:]]* ]] && close=yes
        rest=${rest#"${rest%%[![:blank:]]*}"}
        ((i == COMP_CWORD)) && word=${rest:0:${#word}}
        if ((n > 0)) && [[ -n $close && ($word == [=:]* || ${words[n]} == *[=:]) ]]; then
            words[n]+=$word
        else
            words[++n]=$word
        fi
        rest=${rest:${#word}}
    done
    cword=$n cur=${words[n]} prev=
    ((n > 0)) && prev=${words[n-1]}
    return 0
`
