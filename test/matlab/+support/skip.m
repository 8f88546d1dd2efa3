function skip(reason, varargin)
    %SKIP   End a test that cannot run here.
    error('support:skip', ['SKIPPED: ' reason], varargin{:});
end
