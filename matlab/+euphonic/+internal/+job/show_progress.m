function progress = show_progress(verbose)
    %SHOW_PROGRESS   What a calculation tells of its progress: a function for EVALUATE, [] where VERBOSE is false.
    progress = [];
    if verbose
        progress = @show;
    end
end

function show(done, total, seconds, planned)
    % One line on how far a calculation is; PLANNED: of the plan that is being made, negative: none is
    rate = done / seconds;
    if planned >= 0
        fprintf('euphonic: %d %% of the plan for this crystal after %s\n', floor(100 * planned), ...
            euphonic.internal.duration_text(seconds));
    elseif done == 0
        fprintf('euphonic: no results yet after %s (%s q-points)\n', ...
            euphonic.internal.duration_text(seconds), grouped(total));
    else
        fprintf('euphonic: %s of %s q-points, %s per second, %s left\n', grouped(done), grouped(total), ...
            grouped(rate), euphonic.internal.duration_text((total - done) / rate));
    end
    if euphonic.internal.is_octave()
        fflush(stdout);
    else
        drawnow('limitrate', 'nocallbacks');  % nothing else begins while this call waits
    end
end

function text = grouped(number)
    % 1234567 as 1,234,567
    text = regexprep(sprintf('%.0f', number), '(\d)(?=(\d{3})+$)', '$1,');
end
