function available = usejava(~)
    %USEJAVA   In the place of Octave's, which does not know all of MATLAB's components: there is none.
    available = false;
end
