# Plays the part of BIG-IP around an iRule: the commands it uses, and events. Runs in tclsh 8.6.
#
# usage: tclsh shims.tcl < input > output
#
# Input is one item per line, a word and hex-coded byte strings. A connection begins with `rule` and the path of a rule:
# the device is new then. What follows describes the device, then requests, each of which ends with `run`, and `close`
# ends the connection. Output is what the rule did to each request, in the same form, and ends with `done`; then `closed`.

proc hex { bytes } {
    if { [regexp {[^\x00-\xff]} $bytes] } { error "a character above 0xFF left the rule" }
    binary scan $bytes H* hex
    return x$hex
}
proc unhex { word } { return [binary format H* [string range $word 1 end]] }
proc say { word args } {
    set line $word
    foreach bytes $args { append line " [hex $bytes]" }
    puts $line
}

# -- what the input describes -----------------------------------------------------------------------------------------

proc new_device {} {
    foreach name {data_groups jwk_files jwk_headers session secure bodies between} { unset -nocomplain ::$name }
    foreach name {data_groups jwk_files jwk_headers session secure bodies} { array set ::$name {} }
    set ::headers {}
    set ::removal all
    set ::method GET
    set ::host ""
    set ::path /
    set ::now 0
    set ::random 0
}

# -- commands of BIG-IP -----------------------------------------------------------------------------------------------

proc same_header { one other } { return [string equal -nocase $one $other] }

proc http_header { subcommand args } {
    global headers removal
    set name [lindex $args 0]
    switch -exact -- $subcommand {
        names {
            set names {}
            foreach header $headers { lappend names [lindex $header 0] }
            # Whether a name that is there twice is listed twice is not said either.
            return [expr { $removal eq "last" ? [lsort -unique -nocase $names] : $names }]
        }
        values {
            set values {}
            foreach header $headers { if { [same_header [lindex $header 0] $name] } { lappend values [lindex $header 1] } }
            return $values
        }
        count { return [llength [http_header values $name]] }
        exists { return [expr { [llength [http_header values $name]] > 0 }] }
        value { return [lindex [http_header values $name] end] }
        remove {
            # The manuals differ on whether all copies go or the last one only; rules have to be right under both.
            for { set i [expr { [llength $headers] - 1 }] } { $i >= 0 } { incr i -1 } {
                if { ![same_header [lindex $headers $i 0] $name] } { continue }
                set headers [lreplace $headers $i $i]
                if { $removal eq "last" } { return }
            }
        }
        replace {
            set value [lindex $args 1]
            for { set i [expr { [llength $headers] - 1 }] } { $i >= 0 } { incr i -1 } {
                if { ![same_header [lindex $headers $i 0] $name] } { continue }
                set headers [lreplace $headers $i $i [list [lindex $headers $i 0] $value]]
                return
            }
            lappend headers [list $name $value]
        }
        default { error "HTTP::header has no subcommand $subcommand here" }
    }
    return
}

proc http_host {} { return [http_header value Host] }

proc access_session { data get args } {
    if { "$data $get" ne "data get" } { error "only ACCESS::session data get is known here" }
    upvar #0 [expr { [lindex $args 0] eq "-secure" ? "secure" : "session" }] variables
    set name [lindex $args end]
    # Not by expr, which would rewrite a value that looks like a number.
    if { [info exists variables($name)] } { return $variables($name) }
    return ""
}

proc access_respond { status args } {
    global responded
    if { $responded } { error "ACCESS::respond goes once per request" }
    set responded 1
    say respond $status
    set i 0
    while { $i < [llength $args] } {
        switch -exact -- [lindex $args $i] {
            content - -content { incr i 2 }
            noserver - -noserver { incr i }
            default {
                if { $i + 1 >= [llength $args] } { error "ACCESS::respond: a header without a value" }
                incr i 2
            }
        }
    }
}

proc pipe_through { bytes args } {
    set channel [open "|[linsert $args 0 openssl]" r+]
    fconfigure $channel -translation binary
    puts -nonewline $channel $bytes
    flush $channel
    close $channel write
    set result [read $channel]
    close $channel
    return $result
}

proc crypto_sign { args } {
    if { [llength $args] != 5 || [lindex $args 0] ne "-alg" || [lindex $args 2] ne "-keyhex" } {
        error "CRYPTO::sign -alg ALGORITHM -keyhex KEY DATA"
    }
    if { [lindex $args 1] ne "hmac-sha256" } { error "CRYPTO::sign: unknown algorithm" }
    set text [lindex $args 4]
    say signed $text
    return [pipe_through $text dgst -sha256 -mac HMAC -macopt hexkey:[lindex $args 3] -binary]
}

proc access_oauth { sign args } {
    global jwk_files jwk_headers
    if { $sign ne "sign" || [llength $args] % 2 } { error "ACCESS::oauth sign -payload P -key K -alg A" }
    array set option $args
    foreach name [array names option] {
        if { [lsearch -exact {-payload -key -alg} $name] < 0 } { error "ACCESS::oauth sign: $name is not known here" }
    }
    if { $option(-alg) ne "RS256" } { error "this key signs RS256" }
    say payload $option(-payload)
    if { ![info exists jwk_files($option(-key))] } { error "no such jwk-config" }
    set input [base64url $jwk_headers($option(-key))].[base64url $option(-payload)]
    return $input.[base64url [pipe_through $input dgst -sha256 -sign $jwk_files($option(-key)) -binary]]
}

proc base64url { bytes } { return [string map {+ - / _ = {}} [binary encode base64 $bytes]] }

proc class_match { args } {
    global data_groups
    if { [llength $args] != 6 || [lrange $args 0 2] ne "match -value --" || [lindex $args 4] ne "equals" } {
        error "class match -value -- ITEM equals DATA_GROUP"
    }
    set group [lindex $args 5]
    if { ![info exists data_groups($group)] } { error "no such data group" }
    foreach { key value } $data_groups($group) { if { $key eq [lindex $args 3] } { return $value } }
    return ""
}

# Every device makes the same random bytes, so most digests are asked for again.
proc sha256_digest { bytes } {
    if { ![info exists ::digests($bytes)] } { set ::digests($bytes) [pipe_through $bytes dgst -sha256 -binary] }
    return $::digests($bytes)
}

# -- the interpreter of the rule --------------------------------------------------------------------------------------

# Tcl commands that BIG-IP disables in iRules, and commands that its Tcl 8.4 does not have yet.
set disabled {
    auto_execok auto_import auto_load auto_qualify auto_reset bgerror cd encoding eof exec exit fblocked fconfigure fcopy
    file fileevent flush gets glob http interp load memory namespace open package pid pwd rename seek socket source
    tcl_findLibrary tell time unknown uplevel vwait close read puts
    apply chan coroutine dict lassign lmap lrepeat lreverse tailcall throw try yield yieldto zlib lset
}

proc rule_clock { unit } {
    if { $unit ne "seconds" } { error "only clock seconds is known here" }
    return $::now
}
proc aes_key { bits } { return "AES $bits [format %032x [incr ::random]]" }
proc rule_log { facility text } { say log $text }

proc new_interpreter {} {
    if { [interp exists rule] } { interp delete rule }
    interp create rule
    rule eval { namespace eval static {} }
    foreach command $::disabled { catch { rule hide $command } }
    foreach { command target } {
        HTTP::header http_header  HTTP::host http_host  ACCESS::session access_session  ACCESS::respond access_respond
        ACCESS::oauth access_oauth  CRYPTO::sign crypto_sign  class class_match  call call_proc  when when_event
        sha256 sha256_digest
    } { interp alias rule $command {} $target }
    interp alias rule HTTP::method {} set ::method
    interp alias rule HTTP::path {} set ::path
    interp alias rule b64encode {} binary encode base64

    rule hide clock
    interp alias rule clock {} rule_clock
    interp alias rule AES::key {} aes_key
    interp alias rule log {} rule_log
}

proc when_event { event args } { lappend ::bodies($event) [lindex $args end] }
proc call_proc { name args } { return [rule eval [linsert $args 0 $name]] }
proc fire { event } {
    if { ![info exists ::bodies($event)] } { return }
    foreach body $::bodies($event) {
        # An error in a rule resets the connection: nothing is sent on.
        if { [catch { rule eval $body } message] == 1 } {
            say error [lindex [split $message "\n"] 0]
            return
        }
    }
}

proc connect { rule_path } {
    new_device
    new_interpreter
    set rule_file [open $rule_path r]
    fconfigure $rule_file -encoding utf-8
    set rule_text [read $rule_file]
    close $rule_file
    rule eval $rule_text
    fire RULE_INIT
}

fconfigure stdout -translation lf

# -- requests ---------------------------------------------------------------------------------------------------------

while { [gets stdin line] >= 0 } {
    set words {}
    foreach word [lrange $line 1 end] { lappend words [unhex $word] }
    set first [lindex $words 0]
    set second [lindex $words 1]
    switch -exact -- [lindex $line 0] {
        rule { connect $first }
        close { puts closed; flush stdout }
        static { rule eval [list set static::$first $second] }
        record { lappend data_groups([lindex $words 0]) $second [lindex $words 2] }
        group { set data_groups($first) {} }
        jwk { set jwk_files($first) $second; set jwk_headers($first) [lindex $words 2] }
        session { set session($first) $second }
        secure { set secure($first) $second }
        header { lappend headers [list $first $second] }
        removal - method - path - now { set [lindex $line 0] $first }
        forget { array unset session; array unset secure; set headers {} }
        between { set between $first }
        run {
            set responded 0
            fire HTTP_REQUEST
            if { [info exists between] } { eval $between; unset between }
            if { $first ne "bypassed" } { fire ACCESS_ACL_ALLOWED }
            foreach header $headers { say header [lindex $header 0] [lindex $header 1] }
            puts done
        }
        default { error "unknown input" }
    }
}
