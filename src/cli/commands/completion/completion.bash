# Hands the words before the cursor to offhook, and shows the lines that come back; for `:file` a path.
# Readline takes `--mic=file:x` apart at = and :, so the words are put together again as the blanks of
# the line say, and only what follows the last of those marks is replied.
_offhook() {
  local line=${COMP_LINE:0:COMP_POINT} words=() count=0 word i reply
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i == 0)) || [[ $line == [[:space:]]* ]]; then
      line=${line#"${line%%[![:space:]]*}"}
      ((++count))
    fi
    words[count - 1]+=${line:0:${#word}}
    line=${line:${#word}}
  done
  local current=${words[count - 1]}
  local typed=${current%"$2"}
  COMPREPLY=()
  while IFS= read -r reply; do
    if [[ $reply == :file* ]]; then
      compopt -o default 2>/dev/null && continue
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$2")
    else
      [[ $reply == *: ]] && compopt -o nospace 2>/dev/null
      COMPREPLY+=("${reply#"$typed"}")
    fi
  done < <(offhook completion bash "${words[@]:1}" 2>/dev/null)
}
complete -F _offhook offhook
