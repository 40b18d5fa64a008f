case $- in *i*) ;; esac
alias ll='ls -l'
