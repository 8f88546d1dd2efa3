function facts = start()
    %START   Make sure that the calculation daemon is there.
    %   EUPHONIC.START returns at once when a daemon of yours is alive. Else it launches one in the background, which
    %   goes on after MATLAB ends, and does not wait for it: put it into startup.m. Calls that come before it is there
    %   wait for it, and any that needs the daemon starts it too. A daemon of an older version is ended first, unless
    %   it is at work.
    %
    %   FACTS = EUPHONIC.START() waits until the daemon answers and returns what EUPHONIC.STATUS does, with the field
    %   `started`: whether this call started it.
    %
    %   The daemon is looked for in getpref('euphonic', 'home'), the environment variable EUPHONIC_HOME, the folder that
    %   this package is in, and on the PATH. The environment variable EUPHONIC_NODE names the Node.js that runs it.
    %
    %   Example
    %       facts = euphonic.start();
    %       fprintf('%d threads\n', facts.threads);
    %
    %   See also EUPHONIC.STOP, EUPHONIC.STATUS, EUPHONIC.RESTART.
    caller = 'start';
    address = euphonic.internal.connection.read_connection_file(caller, true);
    if euphonic.internal.connection.is_older(address)
        alive = false;
    else
        address = euphonic.internal.connection.read_connection_file(caller);
        alive = euphonic.internal.connection.ping(address);
    end
    if ~alive
        euphonic.internal.connection.start_daemon(caller, nargout == 0);
    end
    if nargout > 0
        facts = euphonic.status();
        facts.started = ~alive && (isempty(address) || facts.pid ~= address.pid);
    end
end
