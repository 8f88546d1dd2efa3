function starting = is_starting(begun)
    %IS_STARTING   Whether a daemon that was launched in the background a moment ago may not be there yet.
    %   IS_STARTING(TRUE) says that one has been launched, IS_STARTING(FALSE) that it is not to be waited for.
    persistent since
    patience = 10;  % seconds; a cold start takes a few tenths of one, more where a scanner looks at each file
    if nargin > 0 && begun
        since = tic();
    elseif nargin > 0
        since = [];
    end
    starting = ~isempty(since) && toc(since) < patience;
end
