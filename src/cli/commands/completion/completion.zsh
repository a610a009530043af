#compdef offhook
_offhook() {
  local line text
  local -a plain open shown shown_open
  for line in "${(@f)$(offhook completion zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    text=${line%%$'\t'*}
    if [[ $text == :file ]]; then
      compset -P "${(b)line#*$'\t'}"
      _files
      return
    elif [[ -n $text ]]; then
      [[ $line == *$'\t'* ]] && line="$text  -- ${line#*$'\t'}"
      if [[ $text == *: ]]; then
        open+=("$text")
        shown_open+=("$line")
      else
        plain+=("$text")
        shown+=("$line")
      fi
    fi
  done
  compadd -l -d shown -a plain
  compadd -l -S '' -d shown_open -a open
}
if [[ $funcstack[1] == _offhook ]]; then _offhook "$@"; else compdef _offhook offhook; fi
