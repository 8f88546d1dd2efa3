function yes = has_gone(response_error)
    %HAS_GONE   Whether a response's error means that the daemon went away, or that another one has taken its place.
    yes = any(strcmp(response_error.code, {'unreachable', 'not_authorised', 'shutting_down'}));
end
