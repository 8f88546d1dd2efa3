function check(good, message, varargin)
    %CHECK   Fail with a message, formatted as by sprintf, unless a condition holds.
    if ~all(good(:)) || isempty(good)
        error('support:check', ['Expected: ' message], varargin{:});
    end
end
