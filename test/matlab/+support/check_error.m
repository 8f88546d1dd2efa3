function check_error(identifier, fragment, action)
    %CHECK_ERROR   Fail unless ACTION raises an error with this identifier, whose message contains FRAGMENT.
    try
        action();
    catch problem
        support.check(strcmp(problem.identifier, identifier), 'the error %s, found %s: %s', ...
            identifier, problem.identifier, problem.message);
        support.check(isempty(fragment) || ~isempty(strfind(problem.message, fragment)), ...
            '''%s'' in the message, found: %s', fragment, problem.message); %#ok<STREMP>
        return
    end
    error('support:check', 'Expected the error %s, but there was none.', identifier);
end
