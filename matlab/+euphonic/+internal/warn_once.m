function said = warn_once(said, caller, reason, message)
    %WARN_ONCE   Warn with the identifier EUPHONIC:caller:reason unless that was said before.
    %   SAID is the cell of messages that were; MESSAGE is added to it.
    if any(strcmp(said, message))
        return
    end
    said{end + 1} = message;
    warning(['EUPHONIC:' caller ':' reason], '%s', message);
end
