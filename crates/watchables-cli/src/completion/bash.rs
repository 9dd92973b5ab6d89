//! Completion in bash, whose words end at `=` and `:`, which are parts of ours.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::{self, EnvCompleter};

/// The script joins bash's words to those of the command line, and takes off what bash keeps of the last one.
const SCRIPT: &str = r#"_FUNCTION() {
    local rest=${COMP_LINE:0:COMP_POINT} words=() word blank i last
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blank=${rest%%[![:space:]]*}
        rest=${rest#"$blank"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if [[ -n $blank || $i -eq 0 ]]; then
            words+=("$word")
        else
            last=$((${#words[@]} - 1))
            words[last]+=$word
        fi
        rest=${rest#"$word"}
    done
    last=$((${#words[@]} - 1))
    local kept=${words[last]}
    case $kept in
        *[=:]*) kept=${kept%"${kept##*[=:]}"} ;;
        *) kept= ;;
    esac
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("${word#"$kept"}")
    done < <(VARIABLE=bash _CLAP_COMPLETE_INDEX=$last COMPLETER -- "${words[@]}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o bashdefault -o default -F _FUNCTION BIN
"#;

/// bash.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let script = SCRIPT
            .replace("FUNCTION", &name.replace('-', "_"))
            .replace("VARIABLE", var)
            .replace("COMPLETER", completer)
            .replace("BIN", bin);
        buf.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let mut candidates = Vec::new();
        env::Bash.write_complete(cmd, args, current_dir, &mut candidates)?;
        if !candidates.is_empty() {
            candidates.push(b'\n');
        }
        buf.write_all(&candidates)
    }
}
