function fail(caller, reason, message, varargin)
    %FAIL   Raise EUPHONIC:caller:reason.
    %   FAIL(CALLER, REASON, MESSAGE, ...) formats MESSAGE as sprintf does.
    %   FAIL(CALLER, RESPONSE_ERROR) raises what the daemon or the connection said: a struct with code, message and,
    %   where they are not empty, where, expected, advice.
    if isstruct(reason)
        message = with_details(reason);
        reason = reason.code;
    else
        message = sprintf(message, varargin{:});
    end
    error(['EUPHONIC:' caller ':' reason], '%s', message);
end

function message = with_details(response_error)
    message = response_error.message;
    details = {'where', 'Where: '; 'expected', 'Expected: '; 'advice', ''};
    for i = 1:size(details, 1)
        text = response_error.(details{i, 1});
        if ~isempty(text) && isempty(strfind(message, text)) %#ok<STREMP>
            if ~any(text(end) == '.!?')
                text = [text '.'];
            end
            message = sprintf('%s\n%s%s', message, details{i, 2}, text);
        end
    end
end
