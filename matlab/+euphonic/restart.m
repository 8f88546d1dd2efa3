function facts = restart()
    %RESTART   End the calculation daemon and start it again.
    %   EUPHONIC.RESTART waits until the new daemon answers. Models are sent to it again when they are needed.
    %   FACTS = EUPHONIC.RESTART() returns what EUPHONIC.STATUS does.
    %
    %   Example
    %       euphonic.restart
    %
    %   See also EUPHONIC.START, EUPHONIC.STOP, EUPHONIC.STATUS.
    euphonic.stop();
    result = euphonic.start();
    if nargout > 0
        facts = result;
    end
end
