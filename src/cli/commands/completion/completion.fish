function __offhook_complete
    set -l current (commandline -ct)
    set -l words (commandline -opc) "$current"
    for line in (offhook completion fish $words[2..-1] 2>/dev/null)
        set -l parts (string split -m 1 \t -- $line)
        if test "$parts[1]" = :file
            set -l before (string length -- "$parts[2]")
            for path in (__fish_complete_path (string sub -s (math $before + 1) -- "$current"))
                echo "$parts[2]$path"
            end
        else
            echo $line
        end
    end
end
complete -c offhook -f -a '(__offhook_complete)'
