function yes = has_gone(answer_error)
    %HAS_GONE   Whether an answer's error means that the daemon went away, or that another one has taken its place.
    yes = any(strcmp(answer_error.code, {'unreachable', 'not_authorised', 'shutting_down'}));
end
