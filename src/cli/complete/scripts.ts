/**
 * What each shell needs to ask `rota __complete` for candidates: the program knows the commands and the schema, the
 * shell knows how to show and insert them. A candidate that ends in `=`, `/` or `,` gets no space after it.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** Readline breaks words at `=` and `:` too, so the program is told where and gives what comes after the break. */
const BASH = `# bash completion for rota: source <(rota completion bash)
_rota() {
  local reply
  COMPREPLY=()
  reply=$("$1" __complete --line "\${COMP_LINE:0:COMP_POINT}" --breaks "$COMP_WORDBREAKS" 2>/dev/null) || return 0
  if [ "$reply" = ':files' ]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  while IFS= read -r candidate; do
    [ -n "$candidate" ] && COMPREPLY+=("$candidate")
  done <<< "$reply"
  case "\${COMPREPLY[0]}" in
    *[=/,]) compopt -o nospace 2>/dev/null ;;
  esac
  return 0
}
complete -F _rota rota
`

const ZSH = `#compdef rota
# zsh completion for rota: source <(rota completion zsh), or a file _rota in a folder of $fpath
_rota() {
  local line reply
  local -a whole whole_shown begun begun_shown
  reply="$(\${(Q)words[1]} __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)" || return 1
  if [[ $reply == ':files' ]]; then
    _files
    return
  fi
  for line in "\${(@f)reply}"; do
    [[ -z $line ]] && continue
    if [[ \${line%%$'\\t'*} == *[=/,] ]]; then
      begun+=("\${line%%$'\\t'*}") begun_shown+=("\${line/$'\\t'/  -- }")
    else
      whole+=("\${line%%$'\\t'*}") whole_shown+=("\${line/$'\\t'/  -- }")
    fi
  done
  (( $#whole )) && compadd -l -d whole_shown -- $whole
  (( $#begun )) && compadd -S '' -l -d begun_shown -- $begun
  (( $#whole + $#begun ))
}
if [[ \${funcstack[1]} == _rota ]]; then
  _rota "$@"
elif (( $+functions[compdef] )); then
  compdef _rota rota
fi
`

const FISH = `# fish completion for rota: rota completion fish | source
function __rota_complete
  set -l words (commandline -opc)
  set -l current (string replace -r '^["\\']' '' -- (commandline -ct))
  set -l reply ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
  if test "$reply" = ':files'
    __fish_complete_path "$current"
  else if test (count $reply) -gt 0
    printf '%s\\n' $reply
  end
end
complete -c rota -f -a '(__rota_complete)'
`

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }
