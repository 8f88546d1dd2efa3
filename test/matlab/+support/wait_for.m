function wait_for(condition, patience, what)
    %WAIT_FOR   Wait until a condition holds; fail after so many seconds.
    began = tic();
    while ~condition()
        support.check(toc(began) < patience, '%s within %g s', what, patience);
        pause(0.02);
    end
end
